#include <images/image_list.hpp>

#include <algorithm>
#include <array>
#include <digest.hpp>
#include <fstream>
#include <sstream>
#include <straightedge/error.hpp>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace straightedge::images {
namespace {

namespace fs = std::filesystem;

constexpr const char* partition_list = "list_eval_partition.txt";
constexpr const char* celeba_images = "img_align_celeba";

// torchvision's, and GIF: what is none of JPEG and PNG by its content is reported rather than overlooked.
constexpr std::array<std::string_view, 11> extensions = {".jpg", ".jpeg", ".jfif", ".png", ".ppm", ".pgm",
                                                         ".bmp", ".tif",  ".tiff", ".gif", ".webp"};

bool is_named_as_image(const fs::path& path) {
  return std::find(extensions.begin(), extensions.end(), lower_extension(path)) != extensions.end();
}

// Paths of the images below, relative and sorted.
std::vector<std::string> images_below(const fs::path& folder) {
  std::vector<std::string> names;
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      if (is_named_as_image(entry.path()) && !entry.is_directory()) {
        names.push_back(entry.path().lexically_relative(folder).generic_string());
      }
    }
  } catch (const fs::filesystem_error& error) {
    const fs::path& place = error.path1().empty() ? folder : error.path1();
    throw InputError(place.string() + ": cannot be listed: " + error.code().message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// One line of the list: `000001.jpg 0`.
ListedImage listed(const std::string& line, const std::string& place) {
  std::istringstream words(line);
  std::string name;
  std::string partition;
  std::string more;
  words >> name >> partition;
  if (words >> more || partition.size() != 1 || partition[0] < '0' || partition[0] > '2') {
    throw InputError(place + ": \"" + line + "\": a name and 0, 1 or 2 are wanted, as in \"000001.jpg 0\"");
  }
  if (name.find('/') != std::string::npos) {
    throw InputError(place + ": \"" + name + "\" is a path; the name of a file in " + celeba_images + "/ is wanted");
  }
  return {name, static_cast<std::uint8_t>(partition[0] - '0')};
}

ImageList celeba(const fs::path& root) {
  ImageList list{Layout::celeba, root / celeba_images, {}, {}};
  const std::string path = (root / partition_list).string();
  std::error_code ignored;
  if (!fs::is_directory(list.folder, ignored)) {
    throw InputError(root.string() + ": has " + partition_list + " and no folder " + celeba_images +
                     "/; both are wanted, or a folder of images alone");
  }
  std::unordered_set<std::string> names;
  std::ifstream file(path);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    }
    const std::string place = path + ":" + std::to_string(number);
    list.images.push_back(listed(line, place));
    if (!names.insert(list.images.back().name).second) {
      throw InputError(place + ": \"" + list.images.back().name + "\" is listed twice; once is wanted");
    }
  }
  if (!file.eof()) {
    throw InputError(path + ": cannot be read; a list of names and partitions is wanted");
  }
  for (std::string& name : images_below(list.folder)) {
    if (!names.contains(name)) {
      list.remarks.push_back({std::move(name), -1, Finding::unlisted, std::string("is not in ") + partition_list});
    }
  }
  return list;
}

ImageList plain_folder(const fs::path& root) {
  ImageList list{Layout::folder, root, {}, {}};
  for (std::string& name : images_below(root)) {
    list.images.push_back({std::move(name), 0});
  }
  return list;
}

}  // namespace

const char* ImageList::layout_text() const {
  return layout == Layout::celeba ? "celeba" : "folder";
}

std::string ImageList::digest() const {
  fixtures::Sha256 hash;
  const auto add = [&hash](const std::string& text) {
    hash.update({text.c_str(), text.size() + 1});  // its NUL too, which no name holds
  };
  add(layout_text());
  for (const ListedImage& image : images) {
    add(image.name);
    add(std::to_string(image.partition));
  }
  return hash.hex();
}

std::string lower_extension(const fs::path& name) {
  std::string extension = name.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return extension;
}

ImageList list_images(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw InputError(folder.string() + ": there is no such folder; a folder of images is wanted");
  }
  ImageList list = fs::exists(folder / partition_list, ignored)              ? celeba(folder)
                   : fs::exists(folder / "celeba" / partition_list, ignored) ? celeba(folder / "celeba")
                                                                             : plain_folder(folder);
  if (list.images.empty()) {
    throw InputError(folder.string() + ": holds no image; files named .jpg, .png and the like are looked for, and " +
                     partition_list + " of CelebA");
  }
  return list;
}

}  // namespace straightedge::images
