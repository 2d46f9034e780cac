#include "residual_forms.hpp"

namespace straightedge::enclosure {

FieldData<RealBall> real_field_data(const Model& model, const Structure& structure) {
  return {model.cross,          model.spread,       model.field_matrix,       model.mean_gap, structure.field_is_own,
          structure.has_spread, structure.is_noisy, structure.noise_in_target};
}

FieldData<ComplexBall> complex_field_data(const FieldData<RealBall>& data) {
  return {complex(data.cross), complex(data.spread), complex(data.matrix), complex(data.mean_gap),
          data.is_own,         data.has_spread,      data.is_noisy,        data.noise_in_target};
}

}  // namespace straightedge::enclosure
