// OUT.report.json: docs/schemas/prepare.schema.json.
#pragma once

#include <images/image_list.hpp>
#include <images/packing.hpp>

#include <filesystem>

namespace straightedge::images {

/// Writes the report of a packing whose images are all there. Throws MachineError.
void write_report(const std::filesystem::path& out, const ImageList& list, const Packing& packing);

}  // namespace straightedge::images
