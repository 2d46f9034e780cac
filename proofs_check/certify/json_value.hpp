// A value of a JSON document with its place in it, so that every error can say both.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <straightedge/matrix.hpp>
#include <string>
#include <vector>

namespace straightedge::certify {

/// The document in a file. Throws InputError that names the file: it cannot be read, is not JSON, or its `schema` is
/// another.
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& file, const char* schema);

/// Each access throws InputError, beginning with the place ("RUN/run.json: pairs.mean"), if the value is of another
/// kind.
class JsonValue {
 public:
  /// `value` must outlive this.
  JsonValue(const nlohmann::json& value, std::string file, std::string path = {});

  [[nodiscard]] bool is_null() const { return value_.is_null(); }
  [[nodiscard]] bool is_text() const { return value_.is_string(); }
  [[nodiscard]] const nlohmann::json& document() const { return value_; }

  /// Members of an object. `at` throws for a missing one.
  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] JsonValue at(const std::string& name) const;
  /// Throws for a member that is not among `names`, and suggests the nearest.
  void require_no_others(const std::vector<std::string>& names) const;

  [[nodiscard]] std::string text() const;
  /// One of `words`.
  [[nodiscard]] std::string word(const std::vector<std::string>& words) const;
  [[nodiscard]] double number() const;
  [[nodiscard]] std::uint64_t count() const;  ///< an integer from 0
  [[nodiscard]] std::vector<JsonValue> items() const;
  [[nodiscard]] std::vector<double> numbers() const;
  [[nodiscard]] Vector<double> vector(Eigen::Index length) const;
  [[nodiscard]] Matrix<double> matrix(Eigen::Index rows, Eigen::Index columns) const;

  /// Throws InputError("PLACE: REASON").
  [[noreturn]] void refuse(const std::string& reason) const;

 private:
  [[nodiscard]] JsonValue member(const nlohmann::json& value, const std::string& name) const;

  const nlohmann::json& value_;
  std::string file_;
  std::string path_;
};

}  // namespace straightedge::certify
