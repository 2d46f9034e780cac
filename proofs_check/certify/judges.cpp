#include <certify/judges.hpp>

#include <map>
#include <stdexcept>

namespace straightedge::certify {

Judge judge_of(const std::string& claim) {
  static const std::map<std::string, Judge> judges = {{"figure-6", judge_figure_6},
                                                      {"counterexample-1/trained", judge_counterexample_1},
                                                      {"table-1", judge_table_1},
                                                      {"table-2", judge_table_2},
                                                      {"table-3", judge_table_3},
                                                      {"figure-4/trained", judge_figure_4},
                                                      {"figure-5/trained", judge_figure_5},
                                                      {"affine-agrees", judge_affine_agrees},
                                                      {"noise-by-pairing", judge_noise_by_pairing}};
  const auto found = judges.find(claim);
  if (found == judges.end()) {
    throw std::logic_error("the claim '" + claim + "' is registered for certify and has no judge");
  }
  return found->second;
}

}  // namespace straightedge::certify
