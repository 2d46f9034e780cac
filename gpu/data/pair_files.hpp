// Pairs in safetensors files, with metadata schema "straightedge/pairs/1".
//
//   x0, x1               F32, F64 (rounded to F32) or U8 (u / 127.5 - 1) [n, d], or [n, height, width, colours]
//   x0_image, x1_image   I64 [n]: which image of data.file it is; where x0 or x1 is left out it is read from there
//   optimal              the partners by optimal transport, like x1; left out where they are not known
//   index                I64 [n]: which target of the unshuffled order x1 is; the user's own may leave it out
//   fresh, fresh_optimal sources of no pair, and their partners by optimal transport; may be left out
#pragma once

#include <data/pairs.hpp>

#include <filesystem>
#include <string>

namespace straightedge::train {

/// SHA-256 of x0, then x1, as fp32 numbers.
[[nodiscard]] std::string digest_of(const Pairs& pairs);

/// What pairs that are made follow from, as a digest: the recipe's data and pairs, and `teacher`, the digest of the
/// model that makes them where there is one.
[[nodiscard]] std::string settings_of_pairs(const Recipe& recipe, const std::string& teacher);

/// Throws InputError unless pairs may be written there (require_place).
void require_place_of_pairs(const std::filesystem::path& path);

enum class ImagesWritten { as_numbers, by_reference };  ///< by_reference: as row numbers of data.file alone

/// `settings`: of settings_of_pairs.
void write_pairs(const std::filesystem::path& path, const Pairs& pairs, const Recipe& recipe,
                 const std::string& settings, ImagesWritten images);

/// Those of pairs.file, as they are. Throws InputError that names file and tensor.
[[nodiscard]] Pairs read_pairs(const Recipe& recipe);
/// The same, and throws InputError if they were made by other settings.
[[nodiscard]] Pairs read_made_pairs(const Recipe& recipe, const std::string& settings);

}  // namespace straightedge::train
