// A case: what a generator draws and a claim judges.
//
// Everything in it is a named list of integers, so that a case shrinks (towards zero, which every builder takes as the
// simplest value), prints, hashes, travels through JSON and replays exactly, in any tier. Builders (generators.hpp)
// turn the integers into Gaussians, couplings and finite sets.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

class Case {
 public:
  using List = std::vector<std::int64_t>;

  Case() = default;
  Case(std::initializer_list<std::pair<const std::string, List>> values) : values_(values) {}

  [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }
  /// The list under `key`; throws InputError that names the key if it is missing.
  [[nodiscard]] const List& list(const std::string& key) const;
  /// The single integer under `key`.
  [[nodiscard]] std::int64_t integer(const std::string& key) const;
  /// The same, or `fallback` where the key is missing.
  [[nodiscard]] std::int64_t integer_or(const std::string& key, std::int64_t fallback) const;
  Case& set(const std::string& key, List value);
  Case& set(const std::string& key, std::int64_t value) { return set(key, List{value}); }

  [[nodiscard]] const std::map<std::string, List>& values() const { return values_; }
  friend bool operator==(const Case&, const Case&) = default;

 private:
  std::map<std::string, List> values_;
};

void to_json(nlohmann::json& json, const Case& value);
/// Throws InputError unless json is an object of lists of integers.
void from_json(const nlohmann::json& json, Case& value);

}  // namespace straightedge::proofs
