// Merging the certificates of all shards of a campaign into that of the whole, equal to an unsharded run's but for
// `run`: the digests agree.
#pragma once

#include <certificate.hpp>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

/// A shard's certificate and the file that it came from, for messages.
struct ShardCertificate {
  std::string file;
  nlohmann::json certificate;
};

struct Merged {
  Settings settings = {};
  std::vector<ClaimRecord> records = {};
  double seconds = 0;  ///< summed over the shards
};

/// Throws InputError, which names the file, for shards that differ in version, seed or settings, that overlap or leave
/// a hole, for the certificate of a whole campaign, and for a version other than this program's, which judges the
/// smallest margins anew at 100 digits.
[[nodiscard]] Merged merge_shards(std::vector<ShardCertificate> shards);

}  // namespace straightedge::proofs
