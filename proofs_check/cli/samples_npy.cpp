// NumPy's .npy format, versions 1 to 3: the magic string, two version bytes, the header's length (2 bytes, from version
// 2 on 4, little-endian), a Python literal such as {'descr': '<f8', 'fortran_order': False, 'shape': (150, 4), }, and
// the numbers without gaps.
#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <istream>
#include <memory.hpp>
#include <optional>
#include <regex>
#include <set>
#include <straightedge/error.hpp>

#include "samples.hpp"

namespace straightedge::cli {
namespace {

struct Header {
  char kind = 'f';  // f, i, u
  std::size_t size = 8;
  bool swap = false;  // the bytes are in the other order than this machine's
  bool fortran_order = false;
  Eigen::Index rows = 0;
  Eigen::Index columns = 0;
};

std::string read_bytes(std::istream& in, std::size_t count, const std::string& name) {
  std::string bytes(count, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  if (static_cast<std::size_t>(in.gcount()) != count) {
    throw InputError(fmt::format("{}: ends within the header of a .npy file; write it anew with numpy.save", name));
  }
  return bytes;
}

std::string read_header_text(std::istream& in, const std::string& name) {
  const std::string start = read_bytes(in, 8, name);
  if (!start.starts_with("\x93NUMPY")) {
    throw InputError(name +
                     ": is not a .npy file (it does not start with \\x93NUMPY); write it with numpy.save, or "
                     "give a CSV another extension");
  }
  const int version = static_cast<unsigned char>(start[6]);
  if (version < 1 || version > 3) {
    throw InputError(fmt::format("{}: .npy version {} is not known; versions 1 to 3 are", name, version));
  }
  std::size_t length = 0;
  const std::string digits = read_bytes(in, version == 1 ? 2 : 4, name);
  for (std::size_t i = digits.size(); i-- > 0;) {
    length = length * 256 + static_cast<unsigned char>(digits[i]);
  }
  constexpr std::size_t kLongestHeader = 1 << 20;  // that of a two-dimensional array of numbers has some 100 bytes
  if (length > kLongestHeader) {
    throw InputError(fmt::format("{}: a .npy header of {} bytes; an array of points has some 100", name, length));
  }
  return read_bytes(in, length, name);
}

std::string header_entry(const std::string& text, const std::string& key, const std::string& pattern,
                         const std::string& name) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex("['\"]" + key + "['\"]\\s*:\\s*" + pattern))) {
    throw InputError(fmt::format(
        "{}: the .npy header has no usable '{}'; write a plain array of numbers with numpy.save", name, key));
  }
  return match[1];
}

void read_type(const std::string& type, const std::string& name, Header& header) {
  static const std::set<std::string> known{"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"};
  const std::string base = type.empty() ? type : type.substr(1);
  if (!known.contains(base) || std::string("<>|=").find(type.front()) == std::string::npos) {
    throw InputError(
        fmt::format("{}: numbers of NumPy type '{}' are not read; convert with astype('float64')", name, type));
  }
  header.kind = base[0];
  header.size = static_cast<std::size_t>(base[1] - '0');
  const bool little = type.front() != '>';
  header.swap = type.front() != '=' && little != (std::endian::native == std::endian::little);
}

void read_shape(const std::string& shape, const std::string& name, Header& header) {
  static const std::regex pattern("\\s*([0-9]{1,15})\\s*,\\s*(?:([0-9]{1,15})\\s*,?\\s*)?");
  std::smatch match;
  if (!std::regex_match(shape, match, pattern)) {
    throw InputError(fmt::format("{}: shape ({}); samples have shape (points, dimension)", name, shape));
  }
  header.rows = std::stoll(match[1]);
  header.columns = match[2].matched ? std::stoll(match[2]) : 1;
}

Header read_header(std::istream& in, const std::string& name) {
  const std::string text = read_header_text(in, name);
  Header header;
  read_type(header_entry(text, "descr", "['\"]([^'\"]*)['\"]", name), name, header);
  header.fortran_order = header_entry(text, "fortran_order", "(True|False)", name) == "True";
  read_shape(header_entry(text, "shape", "\\(([^)]*)\\)", name), name, header);
  return header;
}

template <class T>
T decode_as(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

std::optional<Rational> decode(const Header& header, std::array<char, 8> bytes) {
  if (header.swap) {
    std::reverse(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header.size));
  }
  if (header.kind == 'f') {
    const double value =
        header.size == 8 ? decode_as<double>(bytes.data()) : static_cast<double>(decode_as<float>(bytes.data()));
    return std::isfinite(value) ? std::optional(exact_rational(value)) : std::nullopt;
  }
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < header.size; ++i) {
    const std::size_t from = std::endian::native == std::endian::little ? header.size - 1 - i : i;
    bits = (bits << 8U) | static_cast<unsigned char>(bytes[from]);
  }
  const std::size_t unused = 64 - 8 * header.size;
  if (header.kind == 'i') {
    return Rational(static_cast<std::int64_t>(bits << unused) >> unused);
  }
  return Rational(bits);
}

std::vector<Eigen::Index> chosen_columns(const Header& header, const std::vector<ColumnSelector>& columns,
                                         const std::string& name) {
  std::vector<Eigen::Index> result;
  if (columns.empty()) {
    for (Eigen::Index j = 0; j < header.columns; ++j) {
      result.push_back(j);
    }
  }
  for (const ColumnSelector& selector : columns) {
    const auto* index = std::get_if<Eigen::Index>(&selector);
    if (index == nullptr) {
      throw InputError(
          fmt::format("{}: a .npy file has no column names; give columns by index from 0 instead of \"{}\"", name,
                      std::get<std::string>(selector)));
    }
    if (*index < 0 || *index >= header.columns) {
      throw InputError(
          fmt::format("{}: has no column {}; columns count from 0 to {}", name, *index, header.columns - 1));
    }
    result.push_back(*index);
  }
  if (std::set<Eigen::Index>(result.begin(), result.end()).size() != result.size()) {
    throw InputError(name + ": a column is chosen twice; give each of columns once");
  }
  return result;
}

void require_samples_memory(const Header& header, std::size_t chosen, const std::string& name) {
  const double points = static_cast<double>(header.rows);
  const double bytes = points * static_cast<double>(header.columns) * static_cast<double>(header.size) +
                       points * static_cast<double>(chosen) * (sizeof(Rational) + sizeof(Integer));
  require_memory(bytes, name, "use fewer points or columns");
}

}  // namespace

SampleTable read_npy(std::istream& in, const std::string& name, const std::vector<ColumnSelector>& columns) {
  const Header header = read_header(in, name);
  if (header.rows == 0 || header.columns == 0) {
    throw InputError(
        fmt::format("{}: shape ({}, {}) holds no points; give one row a point", name, header.rows, header.columns));
  }
  // Before anything of the file's claimed size is allocated; the chosen columns are at most all of them.
  require_samples_memory(header, columns.empty() ? static_cast<std::size_t>(header.columns) : columns.size(), name);
  const std::vector<Eigen::Index> chosen = chosen_columns(header, columns, name);
  const auto count = static_cast<std::size_t>(header.rows * header.columns);
  std::string bytes(count * header.size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto found = static_cast<std::size_t>(in.gcount());
  if (found != bytes.size() || in.peek() != std::istream::traits_type::eof()) {
    throw InputError(fmt::format("{}: {} bytes of numbers where shape ({}, {}) needs {}; write it anew with numpy.save",
                                 name, found == bytes.size() ? "more" : std::to_string(found), header.rows,
                                 header.columns, bytes.size()));
  }
  SampleTable table{header.rows, static_cast<Eigen::Index>(chosen.size()), {}};
  table.values.reserve(static_cast<std::size_t>(table.points) * chosen.size());
  for (Eigen::Index i = 0; i < header.rows; ++i) {
    for (const Eigen::Index j : chosen) {
      const Eigen::Index at = header.fortran_order ? j * header.rows + i : i * header.columns + j;
      std::array<char, 8> number{};
      std::memcpy(number.data(), bytes.data() + static_cast<std::size_t>(at) * header.size, header.size);
      const std::optional<Rational> value = decode(header, number);
      if (!value) {
        throw InputError(
            fmt::format("{}: row {}, column {} is NaN or infinite; every coordinate must be finite", name, i, j));
      }
      table.values.push_back(*value);
    }
  }
  return table;
}

}  // namespace straightedge::cli
