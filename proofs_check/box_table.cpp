#include <box_table.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace straightedge::proofs {
namespace {

/// The proofs whose boxes make a picture, in the order of their parts.
std::vector<const BoxProof*> boxed_members(const Claim& claim) {
  std::vector<const BoxProof*> members;
  const Proof* proof = claim.proof();
  for (std::int64_t part = 0; proof != nullptr && part < proof->parts(); ++part) {
    const BoxProof* member = proof->boxes(part).proof;
    if (member != nullptr && !member->parameters().empty() && (members.empty() || members.back() != member)) {
      members.push_back(member);
    }
  }
  return members;
}

std::string file_name(const std::string& claim, std::size_t member, std::size_t members) {
  const std::string name = file_stem(claim);
  return members == 1 ? name + "-boxes.csv" : fmt::format("{}-boxes-{}.csv", name, member + 1);
}

void append_rows(std::int64_t part, const std::string& trace, BoxTable& table) {
  static_cast<void>(table.proof->walk(part, trace, [&](const Box& box, double /*share*/, char letter) {
    const std::string* name = table.proof->name_of(letter);
    table.rows.push_back({part, name == nullptr ? std::string_view("open") : *name, box});
    return true;
  }));
}

}  // namespace

std::vector<BoxTable> box_tables(const ClaimRecord& record) {
  if (!record.proof) {
    return {};
  }
  const std::vector<const BoxProof*> members = boxed_members(*record.claim);
  std::vector<BoxTable> tables;
  for (const BoxProof* member : members) {
    tables.push_back({file_name(record.claim->info().id, tables.size(), members.size()), member, {}});
  }
  for (const PartTrace& trace : record.proof->traces) {
    const Proof::BoxPart boxes = record.claim->proof()->boxes(trace.part);
    const auto member = std::find(members.begin(), members.end(), boxes.proof);
    if (member != members.end()) {
      append_rows(boxes.part, trace.trace, tables[static_cast<std::size_t>(member - members.begin())]);
    }
  }
  return tables;
}

std::string to_csv(const BoxTable& table, const std::string& origin) {
  std::string text = fmt::format("# Boxes of parameters: {}\n# {}\npart,argument", table.proof->set(), origin);
  for (const std::string& parameter : table.proof->parameters()) {
    text += fmt::format(",{0} low,{0} high", parameter);
  }
  text += '\n';
  for (const BoxRow& row : table.rows) {
    text += fmt::format("{},{}", row.part, row.argument);
    for (const Range& range : row.box) {
      text += fmt::format(",{},{}", range.low, range.high);
    }
    text += '\n';
  }
  return text;
}

std::vector<std::string> box_table_names(const Claim& claim) {
  const std::size_t members = boxed_members(claim).size();
  std::vector<std::string> names;
  for (std::size_t member = 0; member < members; ++member) {
    names.push_back(file_name(claim.info().id, member, members));
  }
  return names;
}

}  // namespace straightedge::proofs
