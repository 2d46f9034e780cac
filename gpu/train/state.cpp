#include <train/state.hpp>

#include <data/tensor_files.hpp>

#include <algorithm>
#include <digest.hpp>
#include <json_fields.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <straightedge/error.hpp>
#include <train/durable.hpp>
#include <vector>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* schema = "straightedge/checkpoint/1";
constexpr const char* tensors_file = "state.safetensors";
constexpr const char* json_file = "state.json";
constexpr const char* unfinished = ".part";  // the end of the name of what is being written or removed

fs::path folder_of(const fs::path& checkpoints, std::int64_t step) {
  const std::string digits = std::to_string(step);
  return checkpoints / ("step-" + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits);
}

void write_files(const fs::path& folder, const TrainState& state, double loss) {
  write_tensors(folder / tensors_file,
                {{"parameters", state.parameters}, {"m", state.m}, {"v", state.v}, {"ema", state.ema}},
                {{"schema", schema}});
  sync(folder / tensors_file);
  const nlohmann::ordered_json document = {{"schema", schema},
                                           {"step", state.step},
                                           {"loss", loss},
                                           {"sha256", fixtures::sha256_file(folder / tensors_file)}};
  write_durably(folder / json_file, document.dump(1) + "\n");
}

Checkpoint read_header(const fs::path& folder) {
  const std::string path = (folder / json_file).string();
  const nlohmann::ordered_json document = fixtures::read_json_file(path);
  fixtures::JsonFields fields(document, path);
  const std::string found = fields.text("schema");
  if (found != schema) {
    throw InputError(fields.place("schema") + ": is \"" + found + "\"; this program reads \"" + schema + "\"");
  }
  const auto& loss = document.contains("loss") ? document["loss"] : nlohmann::ordered_json();
  if (!loss.is_number()) {
    throw InputError(fields.place("loss") + ": must be a number");
  }
  const std::uint64_t step = fields.count("step", std::numeric_limits<std::int64_t>::max());
  if (folder.filename() != folder_of({}, static_cast<std::int64_t>(step)).filename()) {
    throw InputError(fields.place("step") + ": is " + std::to_string(step) + ", and the folder is of another step");
  }
  return {static_cast<std::int64_t>(step), loss.get<double>(), folder};
}

// What a stop left behind.
void remove_unfinished(const fs::path& checkpoints) {
  if (!fs::is_directory(checkpoints)) {
    return;
  }
  std::vector<fs::path> left;
  for (const fs::directory_entry& entry : fs::directory_iterator(checkpoints)) {
    if (entry.path().string().ends_with(unfinished)) {
      left.push_back(entry.path());
    }
  }
  for (const fs::path& path : left) {
    fs::remove_all(path);
  }
}

void remove_old(const fs::path& checkpoints, std::int64_t keep) {
  const std::vector<Checkpoint> all = list_checkpoints(checkpoints);
  const auto best = std::min_element(all.begin(), all.end(),
                                     [](const Checkpoint& a, const Checkpoint& b) { return a.loss < b.loss; });
  const auto surplus = static_cast<std::int64_t>(all.size()) - keep;
  for (std::int64_t i = 0; i < surplus; ++i) {
    if (all.begin() + i != best) {
      // Set aside first: a stop between two of its files must not leave half of one.
      const fs::path& folder = all[static_cast<std::size_t>(i)].folder;
      fs::rename(folder, folder.string() + unfinished);
      fs::remove_all(folder.string() + unfinished);
    }
  }
}

}  // namespace

void write_checkpoint(const fs::path& checkpoints, const TrainState& state, double loss, std::int64_t keep) {
  const fs::path folder = folder_of(checkpoints, state.step);
  if (fs::exists(folder)) {
    return;  // the same step of the same training: a stop on a signal right after it
  }
  remove_unfinished(checkpoints);
  const fs::path aside = folder.string() + unfinished;
  std::error_code failure;
  fs::create_directories(aside, failure);
  try {
    write_files(aside, state, loss);
  } catch (...) {
    fs::remove_all(aside, failure);
    throw;
  }
  sync(aside);
  fs::rename(aside, folder);
  sync(checkpoints);
  remove_old(checkpoints, keep);
}

std::vector<Checkpoint> list_checkpoints(const fs::path& checkpoints) {
  std::vector<Checkpoint> found;
  if (!fs::is_directory(checkpoints)) {
    return found;
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(checkpoints)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("step-") && !name.ends_with(unfinished)) {
      found.push_back(read_header(entry.path()));
    }
  }
  std::sort(found.begin(), found.end(), [](const Checkpoint& a, const Checkpoint& b) { return a.step < b.step; });
  return found;
}

TrainState read_checkpoint(const Checkpoint& checkpoint, std::int64_t size) {
  const fs::path path = checkpoint.folder / tensors_file;
  const nlohmann::ordered_json document = fixtures::read_json_file((checkpoint.folder / json_file).string());
  fixtures::JsonFields fields(document, (checkpoint.folder / json_file).string());
  if (fields.text("sha256") != fixtures::sha256_file(path)) {
    throw InputError(path.string() + ": was altered or cut short: its SHA-256 is not the one in " + json_file);
  }
  const fixtures::SafetensorsFile file(path);
  const auto read = [&](const char* name) { return read_tensor(file, name, at::kFloat, {size}); };
  return {checkpoint.step, read("parameters"), read("m"), read("v"), read("ema")};
}

}  // namespace straightedge::train
