// A survey: a table of measurements that a claim offers beside its verdict. No verdict hangs on it.
//
// Its rows are tasks of the campaign: shard I of N measures those with index = I-1 (mod N), and a row is a pure
// function of the campaign's seed, its number of cases and the row's index, so that the table is the same for any
// number of threads, for any sharding, and for a run that was stopped and resumed. The table goes into the certificate,
// whose digest covers it, into the report, and into figures/CLAIM.csv.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

namespace straightedge::proofs {

/// "f" in "1"; an empty unit for words and counts.
struct SurveyColumn {
  std::string name = {};
  std::string unit = {};
  std::string meaning = {};
};

using SurveyValue = std::variant<std::int64_t, double, std::string>;
using SurveyRow = std::vector<SurveyValue>;

/// What the rows are a function of, beside their index.
struct SurveyPlan {
  std::uint64_t seed = 0;
  std::int64_t cases = 0;  ///< of the campaign: how large the table is
};

class Survey {
 public:
  virtual ~Survey() = default;
  /// What was measured, in words.
  [[nodiscard]] virtual std::string title() const = 0;
  /// How, to what accuracy, and what counts as what.
  [[nodiscard]] virtual std::string method() const = 0;
  /// How to draw the figure.
  [[nodiscard]] virtual std::string figure() const = 0;
  [[nodiscard]] virtual std::vector<SurveyColumn> columns() const = 0;
  [[nodiscard]] virtual std::int64_t rows(std::int64_t cases) const = 0;
  /// Expected work of a row, in cases screened in double: only the time left that a run displays depends on it.
  [[nodiscard]] virtual double weight(std::int64_t row, std::int64_t cases) const = 0;
  /// One value for each column. Numbers are rounded (rounded_number): the certificate has no digits that depend on the
  /// platform's library of elementary functions.
  [[nodiscard]] virtual SurveyRow measure(std::int64_t row, const SurveyPlan& plan) const = 0;
};

/// `value` to six significant digits.
[[nodiscard]] double rounded_number(double value);

/// The rows measured so far.
struct SurveyRecord {
  std::int64_t rows = 0;  ///< of the whole table
  std::map<std::int64_t, SurveyRow> measured = {};

  void add(std::int64_t row, SurveyRow values) { measured[row] = std::move(values); }
  /// Adds the rows of another shard. Throws InputError for a row that both have, or tables of different lengths.
  void merge(const SurveyRecord& other);
  [[nodiscard]] bool complete() const { return static_cast<std::int64_t>(measured.size()) == rows; }
  /// Throws InputError unless the rows are those of shard `index` of `count`, each with `columns` values.
  void require_share(std::int64_t index, std::int64_t count, std::size_t columns) const;
};

/// "256", "0.0156", "frozen".
[[nodiscard]] std::string to_string(const SurveyValue& value);

void to_json(nlohmann::json& json, const SurveyColumn& column);
/// A row is an array of numbers and strings.
[[nodiscard]] nlohmann::json row_to_json(const SurveyRow& row);
/// Throws InputError unless `json` is an array of numbers and strings.
[[nodiscard]] SurveyRow row_from_json(const nlohmann::json& json);
/// {"rows": n, "measured": [{"row": i, "values": [...]}]}, ascending.
void to_json(nlohmann::json& json, const SurveyRecord& record);
void from_json(const nlohmann::json& json, SurveyRecord& record);

/// The table as CSV (RFC 4180 below comment lines that start with '#': what it is, `origin`, how to draw it).
[[nodiscard]] std::string survey_csv(const Survey& survey, const SurveyRecord& record, const std::string& origin);
/// "figure-4-own.csv" for the claim "figure-4/own".
[[nodiscard]] std::string survey_file_name(const std::string& claim);

}  // namespace straightedge::proofs
