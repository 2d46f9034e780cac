#include <images/report.hpp>

#include <images/files.hpp>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace straightedge::images {

void write_report(const std::filesystem::path& out, const Packing& packing, const std::vector<Remark>& remarks) {
  using Json = nlohmann::ordered_json;
  Json lines = Json::array();
  std::map<std::string, std::int64_t> counts;
  for (const Remark& remark : remarks) {
    lines.push_back(remark.as_json());
    ++counts[name_of(remark.finding)];
  }
  const Json report{{"schema", "straightedge/prepare/1"},
                    {"settings", packing.settings()},
                    {"sha256", packing.sha256()},
                    {"listed", packing.listed()},
                    {"packed", packing.packed()},
                    {"findings", counts},
                    {"remarks", lines}};
  // Names may hold bytes that are not UTF-8.
  const std::string text = report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  const std::filesystem::path path = out.string() + ".report.json";
  const std::filesystem::path part = path.string() + ".part";
  write_file(part, text);
  move_into_place(part, path);
}

}  // namespace straightedge::images
