// OUT.report.json: docs/schemas/prepare.schema.json.
#pragma once

#include <images/packing.hpp>
#include <images/remark.hpp>

#include <filesystem>
#include <vector>

namespace straightedge::images {

/// Writes the report of a packing whose images are all there. Throws MachineError.
void write_report(const std::filesystem::path& out, const Packing& packing, const std::vector<Remark>& remarks);

}  // namespace straightedge::images
