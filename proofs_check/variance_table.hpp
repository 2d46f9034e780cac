// The mismatch table: gradient variances of two fields under three couplings of one problem,
//   M = [[2, 1/2], [1/2, 1]],  mu = (7/10, -3/10),  rotation by 120 degrees,  constant noise s,
// each to twelve digits. Without a mismatch of field and coupling, and without noise, the variance is zero.
#pragma once

#include <claim.hpp>
#include <straightedge/coupling.hpp>

namespace straightedge::proofs {

enum class TableField { pair, optimal };
enum class TableCoupling { rotated, independent, optimal };

/// The coupling of that name.
template <RealScalar T>
[[nodiscard]] Coupling<T> table_coupling(TableCoupling kind);

/// One entry as a case: key `table` = {field, coupling, 100 s, mantissa, decimals}, value = mantissa 10^-decimals.
[[nodiscard]] Case table_entry(TableField field, TableCoupling coupling, std::int64_t hundredths, std::int64_t mantissa,
                               std::int64_t decimals);

/// All twelve.
[[nodiscard]] const std::vector<Case>& variance_table();

/// 1 - |computed - entry| / (half a unit of the entry's last digit); an entry 0 is met exactly or not at all.
template <RealScalar T>
[[nodiscard]] Judgement judge_table_entry(const Case& value);

}  // namespace straightedge::proofs
