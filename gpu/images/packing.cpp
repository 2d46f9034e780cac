#include <images/packing.hpp>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::images {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Prefix and JSON of the header: as long as a page, so that the images are aligned to pages.
constexpr std::int64_t header_size = 4096;
constexpr std::int64_t prefix_size = 8;

fs::path beside(const fs::path& out, const char* ending) {
  return out.string() + ending;
}

// The path, if its disk has room for so many bytes and the header, what is there of them included.
fs::path with_room(fs::path out, std::int64_t bytes) {
  std::error_code unknown;
  const std::uintmax_t part = fs::file_size(beside(out, ".part"), unknown);
  const std::uintmax_t have = unknown ? 0 : part;
  const std::uintmax_t needed = static_cast<std::uintmax_t>(bytes + header_size);
  const fs::space_info space = fs::space(out.has_parent_path() ? out.parent_path() : ".", unknown);
  if (!unknown && space.available < needed - std::min(needed, have)) {
    throw MachineError(out.string() + ": needs " + std::to_string(needed >> 20) + " MiB, and the disk has " +
                       std::to_string(space.available >> 20) + " MiB left");
  }
  return out;
}

std::string line_of(const Json& json) {
  return json.dump() + "\n";
}

}  // namespace

Packing::Packing(fs::path out, fixtures::Metadata settings, const ImageList& list, std::int64_t size)
    : out_(with_room(std::move(out), static_cast<std::int64_t>(list.images.size()) * 3 * size * size)),
      settings_(std::move(settings)),
      list_(list),
      size_(size),
      part_(beside(out_, ".part")),
      journal_(beside(out_, ".part.journal")) {
  continue_journal();
}

std::string Packing::first_line() const {
  return line_of({{"schema", "straightedge/packing/1"}, {"settings", settings_}});
}

std::int64_t Packing::end_of_images() const {
  return header_size + packed_ * 3 * size_ * size_;
}

void Packing::continue_journal() {
  const std::string journal = journal_.read(0, static_cast<std::size_t>(journal_.size()));
  const std::string first = first_line();
  if (!journal.starts_with(first)) {
    begin_anew();
    return;
  }
  std::size_t kept = first.size();
  for (std::size_t end = journal.find('\n', kept); end != std::string::npos; end = journal.find('\n', kept)) {
    const std::string_view line = std::string_view(journal).substr(kept, end - kept);
    if (!take(Json::parse(line, nullptr, /*allow_exceptions=*/false))) {
      break;
    }
    kept = end + 1;
  }
  journal_.resize(static_cast<std::int64_t>(kept));
  part_.resize(end_of_images());
}

void Packing::begin_anew() {
  part_.resize(0);
  journal_.resize(0);
  part_.resize(header_size);
  journal_.append(first_line());
}

// A remark of the journal holds an index for the name, which may have bytes that JSON does not take.
Remark Packing::remark_of(const Json& json) const {
  const auto index = json.at("index").get<std::int64_t>();
  const std::string finding = json.at("finding");
  return {list_.images.at(static_cast<std::size_t>(index)).name, index, finding_named(finding).value(),
          json.at("detail")};
}

// Whether the line is whole and its images are there; then they count.
bool Packing::take(const Json& line) {
  try {
    const auto packed = line.at("packed").get<std::int64_t>();
    const std::int64_t bytes = (packed - packed_) * 3 * size_ * size_;
    if (bytes < 0 || bytes > part_.size() - end_of_images()) {
      return false;
    }
    fixtures::Sha256 digest(digest_);
    digest.update(part_.read(end_of_images(), static_cast<std::size_t>(bytes)));
    if (digest.hex() != line.at("sha256").get<std::string>()) {
      return false;
    }
    std::vector<Remark> remarks;
    for (const Json& remark : line.at("remarks")) {
      remarks.push_back(remark_of(remark));
    }
    listed_ = line.at("listed").get<std::int64_t>();
    packed_ = packed;
    digest_ = std::move(digest);
    remarks_.insert(remarks_.end(), remarks.begin(), remarks.end());
    return true;
  } catch (const MachineError&) {
    throw;
  } catch (const std::exception&) {  // another form, or an index or finding that there is not
    return false;
  }
}

void Packing::append(std::int64_t listed, std::string_view images, const std::vector<Remark>& remarks) {
  part_.append(images);
  digest_.update(images);
  listed_ += listed;
  packed_ += static_cast<std::int64_t>(images.size()) / (3 * size_ * size_);
  Json said = Json::array();
  for (const Remark& remark : remarks) {
    said.push_back({{"index", remark.index}, {"finding", name_of(remark.finding)}, {"detail", remark.detail}});
  }
  journal_.append(line_of({{"listed", listed_}, {"packed", packed_}, {"sha256", digest_.hex()}, {"remarks", said}}));
  remarks_.insert(remarks_.end(), remarks.begin(), remarks.end());
}

std::string Packing::header(std::int64_t names_size) const {
  fixtures::Metadata metadata = settings_;
  metadata["sha256"] = digest_.hex();
  metadata["remarks"] = std::to_string(remarks_.size() + list_.remarks.size());
  Json json{{"__metadata__", metadata}};
  std::int64_t end = 0;
  const auto add = [&](const char* name, std::vector<std::int64_t> shape, std::int64_t bytes) {
    json[name] = {{"dtype", "U8"}, {"shape", std::move(shape)}, {"data_offsets", {end, end + bytes}}};
    end += bytes;
  };
  add("images", {packed_, size_, size_, 3}, packed_ * 3 * size_ * size_);
  add("partition", {packed_}, packed_);
  add("names", {names_size}, names_size);
  std::string text = json.dump();
  text.resize(static_cast<std::size_t>(header_size - prefix_size), ' ');
  const std::uint64_t length = text.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + text;
}

void Packing::finish() {
  std::vector<bool> is_kept(list_.images.size(), true);
  for (const Remark& remark : remarks_) {
    if (leaves_out(remark.finding)) {
      is_kept[static_cast<std::size_t>(remark.index)] = false;
    }
  }
  std::string partitions;
  std::string names;
  for (std::size_t i = 0; i < is_kept.size(); ++i) {
    if (is_kept[i]) {
      names.append(partitions.empty() ? 0 : 1, '\0').append(list_.images[i].name);
      partitions += static_cast<char>(list_.images[i].partition);
    }
  }
  part_.append(partitions);
  part_.append(names);
  part_.overwrite(0, header(static_cast<std::int64_t>(names.size())));
  part_.sync();
  move_into_place(part_.path(), out_);
  fs::remove(journal_.path());
}

void Packing::discard() {
  fs::remove(part_.path());
  fs::remove(journal_.path());
}

}  // namespace straightedge::images
