// Values of a TOML document as exact rationals, with errors that say where: FILE:LINE:COLUMN.
#pragma once

#include <toml++/toml.h>
#include <span>
#include <straightedge/linalg.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace straightedge::cli {

class ValueReader {
 public:
  /// `name` is how errors call the file; `settings` describes values that did not come from it, for errors in those.
  ValueReader(std::string name, std::string settings) : name_(std::move(name)), settings_(std::move(settings)) {}

  /// Throws InputError "FILE:LINE:COLUMN: WHAT; RIGHT".
  [[noreturn]] void fail(const toml::node& node, const std::string& what, const std::string& right) const;
  [[noreturn]] void fail(const toml::source_region& place, const std::string& what, const std::string& right) const;

  /// A number: a string is read exactly, an integer too, a float is the binary64 that it is, and is noted.
  Rational number(const toml::node& node, const std::string& key);
  /// An array of numbers; of `size` of them unless negative.
  Vector<Rational> vector(const toml::node& node, const std::string& key, Eigen::Index size);
  /// A square array of arrays, row by row; of `size` rows unless negative.
  Matrix<Rational> matrix(const toml::node& node, const std::string& key, Eigen::Index size);
  /// One of `choices`: its index.
  std::size_t choice(const toml::node& node, const std::string& key, std::span<const std::string_view> choices) const;
  /// Integers in an array of exactly two.
  std::pair<int, int> plane(const toml::node& node, const std::string& key, Eigen::Index dimension) const;

  /// The node under `key`, or an error that it is missing; `right` says what to write.
  const toml::node& require(const toml::table& table, const std::string& table_name, const std::string& key,
                            const std::string& right) const;
  /// Refuses keys of `table` that are not in `known`, with the nearest one.
  void require_known(const toml::table& table, const std::string& table_name,
                     std::span<const std::string_view> known) const;

  void note(const toml::node& node, const std::string& text) {
    notes_.push_back(place_of(node.source()) + ": " + text);
  }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  [[nodiscard]] std::string place_of(const toml::source_region& region) const;
  const toml::array& array(const toml::node& node, const std::string& key, const std::string& shape) const;

  std::string name_;
  std::string settings_;
  std::vector<std::string> notes_;
};

}  // namespace straightedge::cli
