#include <certificate.hpp>

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <digest.hpp>
#include <fstream>
#include <sstream>
#include <straightedge/error.hpp>
#include <thread>
#include <version.hpp>

namespace straightedge::proofs {
namespace {

using nlohmann::json;

json excluded_rates(const Tally& drawn) {
  if (drawn.cases == 0 || drawn.failing + drawn.undecided > 0) {
    return nullptr;
  }
  json classes = json::object();
  for (const auto& [label, count] : drawn.classes) {
    classes[label] = excluded_failure_rate(count);
  }
  return {{"all", excluded_failure_rate(drawn.cases)}, {"classes", std::move(classes)}};
}

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json proof_of(const ClaimRecord& record) {
  if (!record.proof) {
    return nullptr;
  }
  const Proof& proof = *record.claim->proof();
  json result = *record.proof;
  result["set"] = proof.set();
  result["method"] = proof.method();
  return result;
}

json survey_of(const ClaimRecord& record) {
  if (!record.survey) {
    return nullptr;
  }
  const Survey& survey = *record.claim->survey();
  json result = *record.survey;
  result["title"] = survey.title();
  result["method"] = survey.method();
  result["figure"] = survey.figure();
  result["columns"] = survey.columns();
  return result;
}

json row_of(const ClaimRecord& record, const Ruling& ruling) {
  const ClaimInfo& info = record.claim->info();
  return {{"claim", info.id},
          {"label", info.label},
          {"by", to_string(info.by)},
          {"expected", to_string(info.expected)},
          {"verdict", verdict_name(ruling)},
          {"as_expected", !ruling.departure && !ruling.inconclusive},
          {"note", ruling.note},
          {"drawn", record.drawn},
          {"planted", record.planted},
          {"smallest_margin", or_null(record.smallest)},
          {"excluded_failure_rate", excluded_rates(record.drawn)},
          {"mutant", or_null(record.mutant)},
          {"search", record.search},
          {"proof", proof_of(record)},
          {"survey", survey_of(record)},
          {"general_statement", or_null(record.general)},
          {"general_search", record.general_search}};
}

json machine() {
  utsname name{};
  uname(&name);
  return {{"system", fmt::format("{} {} {}", name.sysname, name.release, name.machine)},
          {"threads", std::thread::hardware_concurrency()}};
}

json run_of(const std::vector<ClaimRecord>& records, const RunInfo& run) {
  json seconds = json::object();
  for (const ClaimRecord& record : records) {
    seconds[record.claim->info().id] = record.seconds;
  }
  return {{"seconds", run.seconds},    {"claim_seconds", std::move(seconds)},
          {"machine", machine()},      {"compiler", compiler()},
          {"flags", compiler_flags()}, {"libraries", library_versions()},
          {"jobs", run.jobs},          {"shard", {{"index", run.shard.index}, {"count", run.shard.count}}},
          {"resume", run.resumed},     {"out", run.out}};
}

template <class T>
std::optional<T> optional_from(const json& value) {
  return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

const Claim& claim_of(const std::string& id) {
  const Claim* claim = find_claim(id);
  if (claim == nullptr) {
    throw InputError(fmt::format("claim '{}' is not one of this program's (see `straightedge claims`)", id));
  }
  return *claim;
}

ClaimRecord record_of(const json& row, const json& counterexamples, const json& boxes) {
  ClaimRecord record{.claim = &claim_of(row.at("claim").get<std::string>())};
  row.at("drawn").get_to(record.drawn);
  row.at("planted").get_to(record.planted);
  record.mutant = optional_from<MutantRecord>(row.at("mutant"));
  record.general = optional_from<Outcome>(row.at("general_statement"));
  record.smallest = optional_from<SmallestMargin>(row.at("smallest_margin"));
  row.at("search").get_to(record.search);
  row.at("general_search").get_to(record.general_search);
  record.proof = optional_from<ProofRecord>(row.at("proof"));
  record.survey = optional_from<SurveyRecord>(row.at("survey"));
  for (const json& box : boxes) {
    if (box.at("claim") == row.at("claim")) {
      record.proof.value().traces.push_back({box.at("part").get<std::int64_t>(), box.at("trace").get<std::string>()});
    }
  }
  for (const json& counterexample : counterexamples) {
    if (counterexample.at("claim") == row.at("claim")) {
      record.counterexamples.push_back(counterexample.get<Counterexample>());
    }
  }
  return record;
}

}  // namespace

std::vector<Ruling> rule_all(const std::vector<ClaimRecord>& records, const Shard& shard) {
  std::vector<Ruling> rulings;
  for (const ClaimRecord& record : records) {
    rulings.push_back(shard.whole() ? rule(record) : rule_partially(record));
  }
  return rulings;
}

json make_certificate(const Settings& settings, const std::vector<ClaimRecord>& records,
                      const std::vector<Ruling>& rulings, const RunInfo& run) {
  json claims = json::array();
  json rows = json::array();
  json counterexamples = json::array();
  json boxes = json::array();
  for (std::size_t i = 0; i < records.size(); ++i) {
    claims.push_back(records[i].claim->info().id);
    rows.push_back(row_of(records[i], rulings[i]));
    for (const Counterexample& counterexample : records[i].counterexamples) {
      counterexamples.push_back(counterexample);
    }
    for (const PartTrace& part : records[i].proof ? records[i].proof->traces : std::vector<PartTrace>{}) {
      boxes.push_back({{"claim", records[i].claim->info().id}, {"part", part.part}, {"trace", part.trace}});
    }
  }
  json certificate = {
      {"schema", kCertificateSchema},
      {"version", version()},
      {"settings", {{"cases", settings.cases}, {"digits", to_string(settings.precise)}, {"claims", claims}}},
      {"seed", settings.seed},
      {"inputs", json::object()},
      {"rows", std::move(rows)},
      {"counterexamples", std::move(counterexamples)},
      {"proved_boxes", std::move(boxes)},
      {"run", run_of(records, run)}};
  certificate["digest"] = fixtures::json_digest(certificate, {"run", "digest"});
  return certificate;
}

json read_document(const std::filesystem::path& path, const std::string& schema) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    throw InputError(fmt::format("{}: cannot be read: {}", path.string(),
                                 std::filesystem::is_directory(path) ? "it is a folder" : std::strerror(errno)));
  }
  std::ostringstream text;
  text << file.rdbuf();
  json document;
  try {
    document = json::parse(text.str());
  } catch (const json::parse_error& error) {
    throw InputError(fmt::format("{}: not JSON, or truncated, at byte {}", path.string(), error.byte));
  }
  const std::string found =
      document.is_object() && document.contains("schema") && document["schema"].is_string() ? document["schema"] : "";
  if (found != schema) {
    const std::string kind = schema.substr(0, schema.rfind('/') + 1);
    const bool newer = found.starts_with(kind);
    throw InputError(fmt::format("{}: schema '{}' {}; this program reads '{}'", path.string(), found,
                                 newer ? "is of another version" : "is not the one wanted", schema));
  }
  return document;
}

json read_certificate(const std::filesystem::path& path) {
  json certificate = read_document(path, kCertificateSchema);
  const std::string found = certificate.value("digest", json()).is_string() ? certificate["digest"] : "";
  const std::string right = fixtures::json_digest(certificate, {"run", "digest"});
  if (found != right) {
    throw InputError(fmt::format("{}: altered: its digest is {}, but its contents have {}", path.string(),
                                 found.empty() ? "missing" : found, right));
  }
  return certificate;
}

Settings settings_of(const json& certificate) {
  Settings settings;
  const json& stored = certificate.at("settings");
  certificate.at("seed").get_to(settings.seed);
  stored.at("cases").get_to(settings.cases);
  settings.precise = tier_from(stored.at("digits").get<std::string>());
  for (const json& id : stored.at("claims")) {
    settings.claims.push_back(&claim_of(id.get<std::string>()));
  }
  return settings;
}

std::vector<ClaimRecord> records_of(const json& certificate) {
  std::vector<ClaimRecord> records;
  for (const json& row : certificate.at("rows")) {
    records.push_back(record_of(row, certificate.at("counterexamples"), certificate.at("proved_boxes")));
  }
  return records;
}

Shard shard_of(const json& certificate) {
  const json& stored = certificate.at("run").at("shard");
  const Shard shard{.index = stored.at("index").get<std::int64_t>(), .count = stored.at("count").get<std::int64_t>()};
  if (shard.index < 1 || shard.index > shard.count) {
    throw InputError(fmt::format("certificate: run.shard is {}/{}; an index from 1 to the count is wanted", shard.index,
                                 shard.count));
  }
  return shard;
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::path aside = path;
  aside += ".part";
  {
    std::ofstream file(aside, std::ios::binary);
    file << text;
    file.close();
    if (!file) {
      const std::string reason = std::strerror(errno);
      std::error_code ignored;
      std::filesystem::remove(aside, ignored);
      throw MachineError(fmt::format("{}: cannot be written: {}", path.string(), reason));
    }
  }
  std::error_code error;
  std::filesystem::rename(aside, path, error);
  if (error) {
    throw MachineError(fmt::format("{}: cannot be written: {}", path.string(), error.message()));
  }
}

}  // namespace straightedge::proofs
