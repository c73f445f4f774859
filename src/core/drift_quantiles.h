#pragma once

namespace vedette::drift {

/// Normal deviate that is exceeded with probability `alpha`.
double normal_deviate(double alpha);
/// The same of Student's t with `freedom` degrees of freedom.
double student_deviate(double alpha, double freedom);
/// Probability that a normal deviate exceeds `z`.
double normal_tail(double z);

}  // namespace vedette::drift
