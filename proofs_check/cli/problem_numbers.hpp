// Numbers as the user writes and reads them: text to exact rationals and back.
#pragma once

#include <straightedge/scalar.hpp>
#include <string>
#include <string_view>

namespace straightedge::cli {

/// Reads "0.1", "-3", "1/3" or "1e-3" exactly. Throws InputError "WHAT; what would be right", without a place, for
/// anything else: NaN, infinities, and exponents beyond 9999 in size.
[[nodiscard]] Rational parse_number(std::string_view text);

/// True for a number, and for the spellings of NaN and infinity, that stand where a number would.
[[nodiscard]] bool looks_numeric(std::string_view text);

/// Exact text that parse_number reads back: "0.05" where the decimal ends within 40 digits, else "1/3".
[[nodiscard]] std::string exact_text(const Rational& value);

/// What is said of a bare float: `0.1 is read as the binary64 0x1.999999999999ap-4; write "0.1" for one tenth`-like,
/// or, where the decimal is a binary64, that it is.
[[nodiscard]] std::string binary64_note(double value);

}  // namespace straightedge::cli
