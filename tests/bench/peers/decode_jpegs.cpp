// libjpeg-turbo alone: decodes every JPEG of a folder to RGB, in as many threads as are asked for, from memory into
// memory that is used again. Prints the images a second of the fastest of several rounds.
//
//   decode_jpegs FOLDER THREADS ROUNDS
#include <turbojpeg.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

std::vector<std::vector<unsigned char>> files_of(const std::filesystem::path& folder) {
  std::vector<std::vector<unsigned char>> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

// Takes files until there are none left; how many it could not decode.
int decode(const std::vector<std::vector<unsigned char>>& files, std::atomic<std::size_t>& next) {
  tjhandle handle = tjInitDecompress();
  std::vector<unsigned char> rgb;
  int failures = 0;
  for (std::size_t i = next++; i < files.size(); i = next++) {
    int width = 0;
    int height = 0;
    int subsampling = 0;
    int colours = 0;
    const std::vector<unsigned char>& file = files[i];
    if (tjDecompressHeader3(handle, file.data(), file.size(), &width, &height, &subsampling, &colours) != 0) {
      ++failures;
      continue;
    }
    rgb.resize(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    failures += tjDecompress2(handle, file.data(), file.size(), rgb.data(), width, 0, height, TJPF_RGB, 0) != 0 ? 1 : 0;
  }
  tjDestroy(handle);
  return failures;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: decode_jpegs FOLDER THREADS ROUNDS\n", stderr);
    return 2;
  }
  const std::vector<std::vector<unsigned char>> files = files_of(argv[1]);
  const int threads = std::stoi(argv[2]);
  double best = 0;
  std::atomic<int> failures = 0;
  for (int round = 0; round < std::stoi(argv[3]); ++round) {
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&] { failures += decode(files, next); });
    }
    for (std::thread& worker : workers) {
      worker.join();
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    best = std::max(best, static_cast<double>(files.size()) / seconds.count());
  }
  std::printf("%.6g\n", best);
  return failures == 0 ? 0 : 1;
}
