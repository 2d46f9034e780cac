#include <generators.hpp>

#include <rapidcheck/gen/Container.h>
#include <rapidcheck/gen/Create.h>
#include <rapidcheck/gen/Numeric.h>
#include <rapidcheck/gen/Transform.h>
#include <rapidcheck/seq/Create.h>
#include <rapidcheck/seq/Transform.h>
#include <rapidcheck/shrink/Shrink.h>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>

namespace straightedge::proofs {
namespace {

using Integers = Case::List;

// Alternatives with their weights, from which `choose` draws one.
template <class T>
using Alternatives = std::vector<std::pair<std::int64_t, rc::Gen<T>>>;

template <class T>
rc::Gen<T> choose(Alternatives<T> alternatives) {
  std::int64_t total = 0;
  for (const auto& [weight, unused] : alternatives) {
    total += weight;
  }
  return rc::gen::mapcat(integer_in(0, total - 1), [alternatives = std::move(alternatives)](std::int64_t pick) {
    std::size_t index = 0;
    while (pick >= alternatives[index].first) {
      pick -= alternatives[index].first;
      ++index;
    }
    return alternatives[index].second;
  });
}

rc::Gen<Integers> list_of(std::int64_t count, rc::Gen<std::int64_t> element) {
  return rc::gen::container<Integers>(static_cast<std::size_t>(count), std::move(element));
}

rc::Gen<Integers> equal_entries(std::int64_t count, rc::Gen<std::int64_t> element) {
  return rc::gen::map(std::move(element),
                      [count](std::int64_t n) { return Integers(static_cast<std::size_t>(count), n); });
}

rc::Gen<Integers> zeros(std::int64_t count) {
  return rc::gen::just(Integers(static_cast<std::size_t>(count), 0));
}

rc::Gen<std::int64_t> with_sign(rc::Gen<std::int64_t> magnitude) {
  return rc::gen::apply([](std::int64_t n, std::int64_t negative) { return negative != 0 ? -n : n; },
                        std::move(magnitude), integer_in(0, 1));
}

// The largest h for which entries of `root` in [-h, h] keep the condition number of M at most `condition`. Between
// powers of two the eigenvalues exceed 2^{e/8} by a factor of at most 1.0615.
std::int64_t largest_root_entry(double condition) {
  const double spread = 8 * std::log2(std::sqrt(condition) / 1.0615);
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(spread / 2)));
}

rc::Gen<Integers> root_list(std::int64_t d, const GaussianCaseOptions& options) {
  const std::int64_t limit = options.isotropic ? 0 : largest_root_entry(options.largest_condition);
  if (limit == 0) {
    return zeros(d);
  }
  const auto up_to = [&](std::int64_t h) { return integers_in(d, -std::min(h, limit), std::min(h, limit)); };
  constexpr std::int64_t kTen = 6;
  constexpr std::int64_t kMillion = 39;
  Alternatives<Integers> alternatives = {
      {15, equal_entries(d, integer_in(-std::min<std::int64_t>(16, limit), std::min<std::int64_t>(16, limit)))},
      {25, up_to(kTen)},
      {30, up_to(kMillion)}};
  if (limit > kMillion + 1 && d > 1) {
    // One eigenvalue at each end, so that the class is always met.
    alternatives.emplace_back(
        30, rc::gen::apply(
                [](Integers entries, std::int64_t low, std::int64_t high, std::int64_t at) {
                  const auto count = static_cast<std::int64_t>(entries.size());
                  entries[static_cast<std::size_t>(at)] = -low;
                  entries[static_cast<std::size_t>((at + 1) % count)] = high;
                  return entries;
                },
                up_to(limit), integer_in(kMillion + 2, limit), integer_in(kMillion + 2, limit), integer_in(0, d - 1)));
  }
  return choose<Integers>(std::move(alternatives));
}

rc::Gen<Integers> turns_list(std::int64_t d) {
  const std::int64_t count = d * (d - 1) / 2;
  return choose<Integers>({{1, zeros(count)}, {3, integers_in(count, -64, 64)}});
}

rc::Gen<Integers> mean_list(std::int64_t d) {
  auto large = rc::gen::apply(
      [](Integers entries, std::int64_t first) {
        entries[0] = first;
        return entries;
      },
      integers_in(d, -1'600'000, 1'600'000), with_sign(integer_in(16'000, 1'600'000)));
  return choose<Integers>({{3, zeros(d)}, {4, integers_in(d, -64, 64)}, {3, std::move(large)}});
}

double root_eigenvalue(std::int64_t e) {
  const auto step = (e % 8 + 8) % 8;
  return std::ldexp(static_cast<double>(8 + step) / 8, static_cast<int>((e - step) / 8));
}

// The largest angle, in 1/16 degree, short of which diag(a, b) R(angle) has no real eigenvalue <= 0:
// cos(angle) > -2 sqrt(ab) / (a+b).
std::int64_t singular_angle(std::int64_t a, std::int64_t b) {
  const double first = root_eigenvalue(a);
  const double second = root_eigenvalue(b);
  const double cosine = -2 * std::sqrt(first * second) / (first + second);
  return static_cast<std::int64_t>(std::floor(std::acos(std::max(cosine, -1.0)) * 180 * 16 / std::numbers::pi));
}

// Angles just short of the singular one in each plane (0,1), (2,3), ... of the eigenvectors.
rc::Gen<Integers> nearly_singular_angles(const Integers& root, const GaussianCaseOptions& options) {
  const auto largest = static_cast<std::int64_t>(std::floor(options.largest_angle * 16));
  Integers bounds;
  for (std::size_t j = 0; j + 1 < root.size(); j += 2) {
    bounds.push_back(std::min(largest, singular_angle(root[j], root[j + 1])));
  }
  if (options.one_angle && !bounds.empty()) {
    bounds.assign(bounds.size(), *std::min_element(bounds.begin(), bounds.end()));
  }
  const auto count = static_cast<std::int64_t>(bounds.size());
  auto gaps = options.one_angle ? equal_entries(count, integer_in(0, 8)) : integers_in(count, 0, 8);
  return rc::gen::map(std::move(gaps), [bounds](Integers gap) {
    for (std::size_t j = 0; j < gap.size(); ++j) {
      gap[j] = std::max<std::int64_t>(0, bounds[j] - gap[j] - 1);
    }
    return gap;
  });
}

rc::Gen<Integers> plain_angles(std::int64_t planes, const GaussianCaseOptions& options) {
  const auto largest = static_cast<std::int64_t>(std::floor(options.largest_angle * 16));
  const auto some = [&](std::int64_t low, std::int64_t high) {
    auto angle = with_sign(integer_in(std::min(low, largest), std::min(high, largest)));
    return options.one_angle ? equal_entries(planes, std::move(angle)) : list_of(planes, std::move(angle));
  };
  return choose<Integers>(
      {{20, some(0, 5 * 16 - 1)}, {55, some(5 * 16, 175 * 16)}, {25, some(largest - 5 * 16, largest)}});
}

rc::Gen<Case> rotation_added(rc::Gen<Case> base, const GaussianCaseOptions& options) {
  return rc::gen::mapcat(std::move(base), [options](const Case& value) {
    const std::int64_t d = value.integer("d");
    auto generic =
        with_list(with_list(rc::gen::just(value), "angles", plain_angles(d / 2, options)), "planes", turns_list(d));
    // The planes of the rotation are those of the eigenvectors: the singular angle is known in closed form.
    Case aligned = value;
    aligned.set("planes", value.list("frame"));
    auto nearly = with_list(rc::gen::just(aligned), "angles", nearly_singular_angles(value.list("root"), options));
    return choose<Case>({{80, std::move(generic)}, {20, std::move(nearly)}});
  });
}

rc::Gen<Integers> sigma_list(bool positive) {
  const auto some = [](std::int64_t low, std::int64_t high) { return integers_in(1, low, high); };
  return choose<Integers>({{positive ? 0 : 10, zeros(1)}, {25, some(1, 8)}, {50, some(9, 256)}, {15, some(257, 2560)}});
}

rc::Gen<std::int64_t> dimension_between(int smallest, int largest, bool even) {
  if (!even) {
    return integer_in(smallest, largest);
  }
  return rc::gen::map(integer_in((smallest + 1) / 2, largest / 2), [](std::int64_t half) { return 2 * half; });
}

rc::Gen<std::int64_t> dimension(const GaussianCaseOptions& options) {
  const auto usual = dimension_between(options.smallest_d, options.largest_d, options.even_d);
  if (options.largest_d != kUsualDimension) {
    return usual;
  }
  const auto large = dimension_between(kUsualDimension + 1, kLargeDimension, options.even_d);
  return
      [=](const rc::Random& random, int size) { return size < kLargeSize ? usual(random, size) : large(random, size); };
}

rc::Gen<Case> drawn_case(const GaussianCaseOptions& options) {
  return rc::gen::mapcat(dimension(options), [options](std::int64_t d) {
    auto value = with_list(rc::gen::just(Case{{"d", {d}}}), "root", root_list(d, options));
    value = with_list(std::move(value), "frame", options.isotropic ? zeros(d * (d - 1) / 2) : turns_list(d));
    value = with_list(std::move(value), "mean", mean_list(d));
    if (options.rotation) {
      value = rotation_added(std::move(value), options);
    }
    if (options.reflection) {
      value = with_list(std::move(value), "reflect", choose<Integers>({{4, zeros(1)}, {1, integers_in(1, 1, 1)}}));
    }
    if (options.sigma || options.positive_sigma) {
      value = with_list(std::move(value), "sigma", sigma_list(options.positive_sigma));
    }
    if (options.time) {
      value =
          with_list(std::move(value), "time",
                    choose<Integers>({{1, zeros(1)}, {1, integers_in(1, 4096, 4096)}, {8, integers_in(1, 0, 4096)}}));
    }
    return value;
  });
}

// --- Shrinking: candidates simpler than `value`, the boldest first. Applied recursively.

// The case in dimension d: each list is cut to the length that d asks for.
Case in_dimension(const Case& value, std::int64_t d) {
  const std::map<std::string, std::int64_t> lengths = {
      {"root", d}, {"frame", d * (d - 1) / 2}, {"mean", d}, {"planes", d * (d - 1) / 2}, {"angles", d / 2}, {"d", 1}};
  Case smaller = value;
  for (const auto& [key, length] : lengths) {
    if (smaller.has(key)) {
      Integers list = smaller.list(key);
      list.resize(static_cast<std::size_t>(length));
      smaller.set(key, std::move(list));
    }
  }
  return smaller.set("d", d);
}

std::vector<Case> in_smaller_dimensions(const Case& value, const GaussianCaseOptions& options) {
  std::vector<Case> candidates;
  const std::int64_t d = value.integer("d");
  const int step = options.even_d ? 2 : 1;
  const int smallest = options.even_d ? options.smallest_d + options.smallest_d % 2 : options.smallest_d;
  for (std::int64_t smaller = smallest; smaller < d; smaller += step) {
    candidates.push_back(in_dimension(value, smaller));
  }
  return candidates;
}

std::int64_t simplest_entry(const std::string& key, const GaussianCaseOptions& options) {
  return key == "sigma" && options.positive_sigma ? 1 : 0;
}

std::vector<Case> with_simplest_list(const Case& value, const GaussianCaseOptions& options) {
  std::vector<Case> candidates;
  for (const auto& [key, list] : value.values()) {
    const Integers simplest(list.size(), simplest_entry(key, options));
    if (key != "d" && list != simplest) {
      candidates.push_back(Case(value).set(key, simplest));
    }
  }
  return candidates;
}

// One entry (or with one_angle all angles at once) nearer to its simplest value.
rc::Seq<Case> with_simpler_entry(const Case& value, const std::string& key, std::size_t index,
                                 const GaussianCaseOptions& options) {
  const std::int64_t entry = value.list(key)[index];
  return rc::seq::map(rc::shrink::towards(entry, simplest_entry(key, options)),
                      [value, key, index, together = key == "angles" && options.one_angle](std::int64_t simpler) {
                        Integers list = value.list(key);
                        if (together) {
                          list.assign(list.size(), simpler);
                        } else {
                          list[index] = simpler;
                        }
                        return Case(value).set(key, std::move(list));
                      });
}

rc::Seq<Case> simpler_cases(const Case& value, const GaussianCaseOptions& options) {
  auto candidates = in_smaller_dimensions(value, options);
  for (auto& candidate : with_simplest_list(value, options)) {
    candidates.push_back(std::move(candidate));
  }
  std::vector<std::pair<std::string, std::size_t>> entries;
  for (const auto& [key, list] : value.values()) {
    for (std::size_t i = 0; key != "d" && i < list.size(); ++i) {
      entries.emplace_back(key, i);
    }
  }
  auto by_entry = rc::seq::mapcat(rc::seq::fromContainer(std::move(entries)), [value, options](const auto& entry) {
    return with_simpler_entry(value, entry.first, entry.second, options);
  });
  return rc::seq::concat(rc::seq::fromContainer(std::move(candidates)), std::move(by_entry));
}

}  // namespace

rc::Gen<std::int64_t> integer_in(std::int64_t low, std::int64_t high) {
  const std::int64_t target = std::clamp<std::int64_t>(0, low, high);
  // The size of a run must not narrow the range: the classes would change with it.
  auto uniform = rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::int64_t>(low, high + 1));
  return rc::gen::shrink(rc::gen::noShrink(std::move(uniform)),
                         [target](std::int64_t value) { return rc::shrink::towards(value, target); });
}

rc::Gen<Case::List> integers_in(std::int64_t count, std::int64_t low, std::int64_t high) {
  return list_of(count, integer_in(low, high));
}

rc::Gen<Case> with_list(rc::Gen<Case> base, std::string key, rc::Gen<Case::List> list) {
  return rc::gen::apply(
      [key = std::move(key)](Case value, Case::List drawn) { return value.set(key, std::move(drawn)); },
      std::move(base), std::move(list));
}

rc::Gen<Case> with_source(rc::Gen<Case> base) {
  return rc::gen::mapcat(std::move(base), [](const Case& value) {
    return with_list(rc::gen::just(value), "source", integers_in(value.integer("d"), -64, 64));
  });
}

rc::Gen<Case> gaussian_case(const GaussianCaseOptions& options) {
  return rc::gen::shrink(rc::gen::noShrink(drawn_case(options)),
                         [options](const Case& value) { return simpler_cases(value, options); });
}

}  // namespace straightedge::proofs
