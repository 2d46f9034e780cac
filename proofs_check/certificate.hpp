// The certificate: what a campaign, a shard of one, or a merge of shards found, as JSON with its own digest.
//
//   digest = SHA-256 of the canonical JSON without the keys `run` and `digest`
//
// so two runs of one version with the same settings and seed have the same digest, however they were run.
// docs/schemas/certificate.schema.json describes it.
#pragma once

#include <campaign.hpp>
#include <verdict.hpp>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

inline constexpr const char* kCertificateSchema = "straightedge/certificate/1";
inline constexpr const char* kCounterexampleSchema = "straightedge/counterexample/1";

/// How the run went: everything that the digest leaves out.
struct RunInfo {
  double seconds = 0;
  int jobs = 1;
  Shard shard = {};
  bool resumed = false;
  std::string out = {};
};

/// The verdicts of a whole campaign, or what a shard may say.
[[nodiscard]] std::vector<Ruling> rule_all(const std::vector<ClaimRecord>& records, const Shard& shard);

/// The certificate of a campaign or of a shard.
[[nodiscard]] nlohmann::json make_certificate(const Settings& settings, const std::vector<ClaimRecord>& records,
                                              const std::vector<Ruling>& rulings, const RunInfo& run);

/// Reads and checks a certificate: JSON, schema, digest. Throws InputError that names the file.
[[nodiscard]] nlohmann::json read_certificate(const std::filesystem::path& path);

/// Settings of a certificate. Throws InputError for a claim that this program does not have.
[[nodiscard]] Settings settings_of(const nlohmann::json& certificate);
/// The record behind each row, in the order of the rows.
[[nodiscard]] std::vector<ClaimRecord> records_of(const nlohmann::json& certificate);
/// The shard that wrote it, from `run`.
[[nodiscard]] Shard shard_of(const nlohmann::json& certificate);

/// A JSON document of ours whose `schema` is `schema`. Throws InputError that names the file: it cannot be read, is not
/// JSON, is of another kind or of a newer version.
[[nodiscard]] nlohmann::json read_document(const std::filesystem::path& path, const std::string& schema);

/// Writes aside, then renames, so that the file is never half there. Throws MachineError.
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace straightedge::proofs
