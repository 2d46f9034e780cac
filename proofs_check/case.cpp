#include <case.hpp>

#include <nlohmann/json.hpp>
#include <straightedge/error.hpp>

namespace straightedge::proofs {

const Case::List& Case::list(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) {
    throw InputError("case: no list '" + key + "'");
  }
  return found->second;
}

std::int64_t Case::integer(const std::string& key) const {
  const List& values = list(key);
  if (values.size() != 1) {
    throw InputError("case: '" + key + "' has " + std::to_string(values.size()) + " integers where one is wanted");
  }
  return values.front();
}

std::int64_t Case::integer_or(const std::string& key, std::int64_t fallback) const {
  return has(key) ? integer(key) : fallback;
}

Case& Case::set(const std::string& key, List value) {
  values_[key] = std::move(value);
  return *this;
}

void to_json(nlohmann::json& json, const Case& value) {
  json = nlohmann::json::object();
  for (const auto& [key, list] : value.values()) {
    json[key] = list;
  }
}

void from_json(const nlohmann::json& json, Case& value) {
  if (!json.is_object()) {
    throw InputError("case: an object of lists of integers is wanted, such as {\"d\": [2]}");
  }
  Case read;
  for (const auto& [key, list] : json.items()) {
    if (!list.is_array()) {
      throw InputError("case: '" + key + "' is not a list of integers");
    }
    Case::List integers;
    for (const nlohmann::json& element : list) {
      const bool fits = element.is_number_integer() &&
                        (!element.is_number_unsigned() || element.get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
      if (!fits) {
        throw InputError("case: '" + key + "' holds " + element.dump() + ", not an integer of 64 bits");
      }
      integers.push_back(element.get<std::int64_t>());
    }
    read.set(key, std::move(integers));
  }
  value = std::move(read);
}

}  // namespace straightedge::proofs
