#include <images/synthetic.hpp>

#include <images/chunks.hpp>
#include <images/face.hpp>
#include <images/files.hpp>

#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <json_fields.hpp>
#include <memory>
#include <straightedge/error.hpp>
#include <string>
#include <string_view>

namespace straightedge::images {
namespace {

namespace fs = std::filesystem;

constexpr const char* marker = "synthetic.json";
constexpr const char* schema = "straightedge/synthetic/1";
constexpr const char* image_folder = "img_align_celeba";
constexpr std::int64_t most_images = 999999;  // six digits name one
constexpr std::int64_t images_to_a_chunk = 64;

std::string name_of_image(std::int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits + ".jpg";
}

// 162,770, 19,867 and 19,962 of 202,599, in this order.
int partition_of(std::int64_t number, std::int64_t count) {
  const std::int64_t place = (number - 1) * 202599 / count;
  return place < 162770 ? 0 : place < 162770 + 19867 ? 1 : 2;
}

struct Attribute {
  const char* name;  // CelebA's
  bool (*holds)(const Face&);
};

template <HairColour colour>
bool has_hair(const Face& face) {
  return face.hair_colour == colour && face.style != HairStyle::bald;
}

constexpr std::array<Attribute, 11> attributes = {
    {{"Bald", [](const Face& face) { return face.style == HairStyle::bald; }},
     {"Bangs", [](const Face& face) { return face.style == HairStyle::fringe; }},
     {"Black_Hair", has_hair<HairColour::black>},
     {"Blond_Hair", has_hair<HairColour::blond>},
     {"Brown_Hair", has_hair<HairColour::brown>},
     {"Eyeglasses", [](const Face& face) { return face.has_glasses; }},
     {"Gray_Hair", has_hair<HairColour::grey>},
     {"Mouth_Slightly_Open", [](const Face& face) { return face.mouth_opening > 0; }},
     {"No_Beard", [](const Face& face) { return !face.has_beard; }},
     {"Smiling", [](const Face& face) { return face.smile > 0.4F; }},
     {"Wavy_Hair", [](const Face& face) { return face.style == HairStyle::long_wavy; }}}};

// A line of list_attr_celeba.txt: "000001.jpg -1  1 ...".
std::string attribute_line(std::int64_t number, const Face& face) {
  std::string line = name_of_image(number);
  for (const Attribute& attribute : attributes) {
    line += attribute.holds(face) ? "  1" : " -1";
  }
  return line + "\n";
}

// Makes JPEGs in one thread.
class Encoder {
 public:
  Encoder() : handle_(tjInitCompress(), &tjDestroy) {
    if (handle_ == nullptr) {
      throw MachineError(std::string("libjpeg-turbo does not start: ") + tjGetErrorStr2(nullptr));
    }
    bytes_.resize(tjBufSize(face_width, face_height, TJSAMP_420));
  }

  // Valid up to the next.
  std::string_view encode(const std::vector<std::uint8_t>& rgb) {
    unsigned char* to = bytes_.data();
    unsigned long size = bytes_.size();
    if (tjCompress2(handle_.get(), rgb.data(), face_width, 0, face_height, TJPF_RGB, &to, &size, TJSAMP_420, 95,
                    TJFLAG_NOREALLOC) != 0) {
      throw MachineError(std::string("libjpeg-turbo cannot compress: ") + tjGetErrorStr2(handle_.get()));
    }
    return {reinterpret_cast<const char*>(bytes_.data()), size};
  }

 private:
  std::unique_ptr<void, int (*)(void*)> handle_;
  std::vector<std::uint8_t> bytes_;
};

// An empty folder with our mark in it.
void clear(const fs::path& folder, std::int64_t count, std::uint64_t seed) {
  if (fs::exists(folder) && !fs::is_empty(folder)) {
    const fs::path mark = folder / marker;
    if (!fs::exists(mark) || fixtures::read_json_file(mark.string()).value("schema", "") != schema) {
      throw InputError(folder.string() +
                       ": is there already, and is not made by `prepare --synthetic`; it is left as " +
                       "it is, choose another --out");
    }
    fs::remove_all(folder / image_folder);
    fs::remove(folder / "list_eval_partition.txt");
    fs::remove(folder / "list_attr_celeba.txt");
  }
  fs::create_directories(folder / image_folder);
  const nlohmann::ordered_json json{{"schema", schema}, {"count", count}, {"seed", seed}};
  write_file(folder / marker, json.dump() + "\n");
}

std::string partition_list(std::int64_t count) {
  std::string text;
  for (std::int64_t number = 1; number <= count; ++number) {
    text += name_of_image(number) + " " + std::to_string(partition_of(number, count)) + "\n";
  }
  return text;
}

std::string attribute_list_head(std::int64_t count) {
  std::string text = std::to_string(count) + "\n";
  for (const Attribute& attribute : attributes) {
    text += std::string(attribute.name) + " ";
  }
  return text + "\n";
}

}  // namespace

bool write_synthetic(const fs::path& folder, std::int64_t count, std::uint64_t seed, int jobs,
                     const std::atomic<bool>& stop, const std::function<void(std::int64_t done)>& show) {
  if (count < 1 || count > most_images) {
    throw InputError("--synthetic: " + std::to_string(count) + " images; from 1 to " + std::to_string(most_images) +
                     " are wanted");
  }
  clear(folder, count, seed);
  const auto maker = [&]() -> ChunkMaker {
    return [&, encoder = std::make_shared<Encoder>()](std::int64_t chunk_number,
                                                      Chunk& chunk) {  // its bytes: lines of the attributes
      const std::int64_t first = chunk_number * images_to_a_chunk + 1;
      for (std::int64_t number = first; number < std::min(first + images_to_a_chunk, count + 1) && !stop; ++number) {
        const Face face = draw_face(seed, static_cast<std::uint64_t>(number));
        write_file(folder / image_folder / name_of_image(number), encoder->encode(paint_face(face)));
        chunk.images += attribute_line(number, face);
        ++chunk.listed;
      }
    };
  };
  std::string attribute_list = attribute_list_head(count);
  std::int64_t done = 0;
  Chunks chunks(0, (count + images_to_a_chunk - 1) / images_to_a_chunk, jobs, maker, stop);
  Chunk chunk;
  while (chunks.next(chunk)) {
    attribute_list += chunk.images;
    done += chunk.listed;
    show(done);
  }
  if (done < count) {
    return false;
  }
  write_file(folder / "list_attr_celeba.txt", attribute_list);
  write_file(folder / "list_eval_partition.txt", partition_list(count));
  return true;
}

}  // namespace straightedge::images
