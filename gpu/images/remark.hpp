// What there is to say of one image: why it is left out, or what was done to it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace straightedge::images {

enum class Finding {
  // These leave the image out:
  missing,       // listed, and not there
  unlisted,      // there, and not listed
  unreadable,    // the system does not give its bytes
  empty,         // it has none
  not_an_image,  // neither a JPEG nor a PNG by its first bytes
  damaged,       // truncated or otherwise against its format
  too_large,     // more pixels than the decoder takes
  too_small,     // the crop does not fit
  // With these it is kept:
  other_size,    // not 178 x 218 in CelebA's layout
  other_format,  // a PNG or JPEG by its content, and not by its name
  greyscale,     // its one channel is repeated
  cmyk,          // R = C K / 255 and so on of the inverted inks that the file holds: its colour profile is not applied
  transparent    // shown on black
};

/// "left out" ends where other_size begins.
[[nodiscard]] constexpr bool leaves_out(Finding finding) {
  return finding < Finding::other_size;
}

/// "too small" and so on: the words of reports and journals.
[[nodiscard]] const char* name_of(Finding finding);
[[nodiscard]] std::optional<Finding> finding_named(std::string_view name);

struct Remark {
  std::string name;    // of the image, as the source lists it
  std::int64_t index;  // its place in the list, from 0; -1 if it is not listed
  Finding finding;
  std::string detail;  // a clause for people

  /// {"name", "finding", "left_out", "detail"}.
  [[nodiscard]] nlohmann::ordered_json as_json() const;
  /// "NAME: DETAIL; left out".
  [[nodiscard]] std::string line() const;
};

}  // namespace straightedge::images
