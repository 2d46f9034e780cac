// One claim in the report of a campaign: what it says and needs, the evidence, and how to replay it.
#pragma once

#include <campaign.hpp>
#include <verdict.hpp>

#include <string>

namespace straightedge::report {

/// "good", "bad", "open", or "" for what is not judged here.
[[nodiscard]] std::string class_of(const proofs::ClaimRecord& record, const proofs::Ruling& ruling);

/// HTML. `counterexamples`: the folder that has them, as commands name it.
[[nodiscard]] std::string claim_section(const proofs::Settings& settings, const proofs::ClaimRecord& record,
                                        const proofs::Ruling& ruling, const std::string& counterexamples);

}  // namespace straightedge::report
