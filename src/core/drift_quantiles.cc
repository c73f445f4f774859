#include "core/drift_quantiles.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/policies/policy.hpp>

namespace vedette::drift {
namespace {

using namespace boost::math::policies;
// Boost.Math throws by default; ours answers infinity instead.
using Quiet = policy<domain_error<ignore_error>, pole_error<ignore_error>, overflow_error<ignore_error>,
                     evaluation_error<ignore_error>>;
using Normal = boost::math::normal_distribution<double, Quiet>;
using Student = boost::math::students_t_distribution<double, Quiet>;

}  // namespace

double normal_deviate(double alpha) { return quantile(complement(Normal(), alpha)); }

double student_deviate(double alpha, double freedom) { return quantile(complement(Student(freedom), alpha)); }

double normal_tail(double z) { return cdf(complement(Normal(), z)); }

}  // namespace vedette::drift
