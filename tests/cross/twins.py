"""All twins: of every operation, in the types in which they must be caught."""

import twins_of_fields
import twins_of_noise
import twins_of_sums
import twins_of_training

TWINS = [*twins_of_noise.TWINS, *twins_of_fields.TWINS, *twins_of_sums.TWINS, *twins_of_training.TWINS]
