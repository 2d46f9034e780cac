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

Resolvent<RealBall> resolvent_at(const FieldData<RealBall>& field, const RealBall& t) {
  const RealMatrix s = inverse(RealMatrix::identity(field.matrix.rows()) + t * field.matrix);
  return {s, field.matrix * s};
}

Resolvent<ComplexBall> resolvent_around(const FieldData<RealBall>& field, const ComplexBall& t) {
  const RealBall centre = midpoint(t.real());
  const Resolvent<RealBall> at_centre = resolvent_at(field, centre);
  const ComplexBall offset = t - ComplexBall(centre);
  const ComplexMatrix th_s = complex(at_centre.th_s);
  const ComplexMatrix factor = inverse(ComplexMatrix::identity(field.matrix.rows()) + offset * th_s);
  return {complex(at_centre.s) * factor, th_s * factor};
}

}  // namespace straightedge::enclosure
