#include <images/remark.hpp>

#include <array>
#include <utility>

namespace straightedge::images {
namespace {

constexpr std::array<std::pair<Finding, const char*>, 13> names = {{{Finding::missing, "missing"},
                                                                    {Finding::unlisted, "unlisted"},
                                                                    {Finding::unreadable, "unreadable"},
                                                                    {Finding::empty, "empty"},
                                                                    {Finding::not_an_image, "not an image"},
                                                                    {Finding::damaged, "damaged"},
                                                                    {Finding::too_large, "too large"},
                                                                    {Finding::too_small, "too small"},
                                                                    {Finding::other_size, "other size"},
                                                                    {Finding::other_format, "other format"},
                                                                    {Finding::greyscale, "greyscale"},
                                                                    {Finding::cmyk, "cmyk"},
                                                                    {Finding::transparent, "transparent"}}};

}  // namespace

const char* name_of(Finding finding) {
  return names.at(static_cast<std::size_t>(finding)).second;
}

nlohmann::ordered_json Remark::as_json() const {
  return {{"name", name}, {"finding", name_of(finding)}, {"left_out", leaves_out(finding)}, {"detail", detail}};
}

std::optional<Finding> finding_named(std::string_view name) {
  for (const auto& [finding, text] : names) {
    if (text == name) {
      return finding;
    }
  }
  return std::nullopt;
}

std::string Remark::line() const {
  return name + ": " + detail + (leaves_out(finding) ? "; left out" : "; kept");
}

}  // namespace straightedge::images
