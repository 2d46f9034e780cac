#include <merge.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <straightedge/error.hpp>
#include <version.hpp>

namespace straightedge::proofs {
namespace {

using nlohmann::json;

void check_same(const ShardCertificate& first, const ShardCertificate& other, const char* key) {
  if (other.certificate.at(key) != first.certificate.at(key)) {
    throw InputError(fmt::format("{}: its {} differs from that of {}; shards of one campaign have the same", other.file,
                                 key, first.file));
  }
}

void check_version(const ShardCertificate& shard) {
  const auto found = shard.certificate.at("version").get<std::string>();
  if (found != version()) {
    throw InputError(fmt::format("{}: of version {}; merge it with that version's program, this is {}", shard.file,
                                 found, version()));
  }
}

// Sorted by index, every one of 1..count exactly once.
void check_cover(const std::vector<ShardCertificate>& shards) {
  const std::int64_t count = shard_of(shards.front().certificate).count;
  if (count == 1) {
    throw InputError(fmt::format("{}: of a whole campaign, not of a shard", shards.front().file));
  }
  std::int64_t expected = 1;
  for (const ShardCertificate& shard : shards) {
    const Shard found = shard_of(shard.certificate);
    if (found.count != count) {
      throw InputError(
          fmt::format("{}: a shard of {}, where {} is one of {}", shard.file, found.count, shards.front().file, count));
    }
    if (found.index < expected) {
      throw InputError(fmt::format("{}: shard {}/{} is given twice", shard.file, found.index, count));
    }
    if (found.index > expected) {
      throw InputError(fmt::format("shard {}/{} is missing", expected, count));
    }
    ++expected;
  }
  if (expected <= count) {
    throw InputError(fmt::format("shard {}/{} is missing", expected, count));
  }
}

/// Whether a counterexample of `other` makes one of `source` superfluous: a drawn one shrinks, and the search's come
/// last.
bool supersedes(Source other, Source source) {
  return other == source || (source == Source::planted && other == Source::drawn) ||
         (source == Source::search && (other == Source::drawn || other == Source::planted));
}

/// Keeps, of each source, the counterexample of the lowest index, and none that another supersedes.
std::vector<Counterexample> lowest(std::vector<Counterexample> all) {
  std::sort(all.begin(), all.end(), [](const Counterexample& a, const Counterexample& b) {
    return std::tie(a.source, a.index) < std::tie(b.source, b.index);
  });
  std::vector<Counterexample> kept;
  for (Counterexample& candidate : all) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Counterexample& other) {
      return supersedes(other.source, candidate.source);
    });
    if (!known) {
      kept.push_back(std::move(candidate));
    }
  }
  return kept;
}

// What every shard judges must have come out the same in each.
void check_agreement(const json& first, const json& other, const std::string& file) {
  for (const char* key : {"claim", "planted", "mutant", "general_statement"}) {
    if (first.at(key) != other.at(key)) {
      throw InputError(fmt::format("{}: row '{}' has another '{}' than the first shard's", file,
                                   other.at("claim").get<std::string>(), key));
    }
  }
}

// A shard has its rows of a survey and no others.
void check_survey(const ClaimRecord& record, const Settings& settings, const Shard& shard, const std::string& file) {
  const Survey* survey = record.claim->survey();
  const std::int64_t rows = survey == nullptr ? -1 : survey->rows(settings.cases);
  if ((record.survey ? record.survey->rows : -1) != rows) {
    throw InputError(fmt::format("{}: row '{}' has not the survey of this program", file, record.claim->info().id));
  }
  if (survey != nullptr) {
    try {
      record.survey->require_share(shard.index, shard.count, survey->columns().size());
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: row '{}': {}", file, record.claim->info().id, error.what()));
    }
  }
}

void join(ClaimRecord& into, const ClaimRecord& from) {
  into.drawn.merge(from.drawn);
  into.search.merge(from.search);
  into.general_search.merge(from.general_search);
  if (into.proof && from.proof) {
    into.proof->merge(*from.proof);
  }
  if (into.survey && from.survey) {
    into.survey->merge(*from.survey);
  }
  into.counterexamples.insert(into.counterexamples.end(), from.counterexamples.begin(), from.counterexamples.end());
}

}  // namespace

Merged merge_shards(std::vector<ShardCertificate> shards) {
  if (shards.empty()) {
    throw InputError("no certificates to merge");
  }
  std::stable_sort(shards.begin(), shards.end(), [](const ShardCertificate& a, const ShardCertificate& b) {
    return shard_of(a.certificate).index < shard_of(b.certificate).index;
  });
  const ShardCertificate& first = shards.front();
  for (const ShardCertificate& shard : shards) {
    for (const char* key : {"version", "seed", "settings"}) {
      check_same(first, shard, key);
    }
  }
  check_version(first);
  check_cover(shards);

  Merged merged{.settings = settings_of(first.certificate), .records = records_of(first.certificate)};
  for (const ShardCertificate& shard : shards) {
    merged.seconds += shard.certificate.at("run").at("seconds").get<double>();
    const std::vector<ClaimRecord> records = records_of(shard.certificate);
    if (records.size() != merged.records.size()) {
      throw InputError(fmt::format("{}: has {} rows, not {}", shard.file, records.size(), merged.records.size()));
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
      const json& row = shard.certificate.at("rows").at(i);
      check_agreement(first.certificate.at("rows").at(i), row, shard.file);
      check_survey(records[i], merged.settings, shard_of(shard.certificate), shard.file);
      ClaimRecord& record = merged.records[i];
      record.seconds +=
          shard.certificate.at("run").at("claim_seconds").at(row.at("claim").get<std::string>()).get<double>();
      if (&shard != &first) {
        join(record, records[i]);
      }
    }
  }
  for (ClaimRecord& record : merged.records) {
    record.counterexamples = lowest(std::move(record.counterexamples));
    record.smallest = judge_smallest(record, merged.settings.seed);
  }
  return merged;
}

}  // namespace straightedge::proofs
