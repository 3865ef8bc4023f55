#include "engine/dialect/features.h"

#include <charconv>
#include <tuple>

namespace bascule {

Features baseline_features(Flavor flavor) {
  constexpr std::string_view oldest[] = {"3.38.0", "12.0", "8.0.16", "10.6.0"};  // in the order of Flavor
  return compute_features(flavor, oldest[static_cast<std::size_t>(flavor)]);
}

Features compute_features(Flavor flavor, std::string_view version_text) {
  Features features;
  features.flavor = flavor;
  features.version = std::string(version_text.substr(0, version_text.find_first_not_of("0123456789.")));
  int* const parts[] = {&features.major, &features.minor, &features.patch};
  const char* at = features.version.data();
  const char* const end = at + features.version.size();
  for (int* part : parts) {
    at = std::from_chars(at, end, *part).ptr;
    if (at == end) break;
    ++at;  // the dot
  }
  const auto at_least = [&](int major, int minor, int patch) {
    return std::tie(features.major, features.minor, features.patch) >= std::tie(major, minor, patch);
  };
  const bool sqlite = flavor == Flavor::sqlite, postgres = flavor == Flavor::postgres;
  const bool mysql = flavor == Flavor::mysql, mariadb = flavor == Flavor::mariadb;

  features.array_binding = mariadb && at_least(10, 2, 0);
  features.uuid_type = postgres || (mariadb && at_least(10, 7, 0));
  features.check_constraints =
      sqlite || postgres || (mysql && at_least(8, 0, 16)) || (mariadb && at_least(10, 2, 0));
  features.expression_defaults =
      sqlite || postgres || (mysql && at_least(8, 0, 13)) || (mariadb && at_least(10, 2, 0));
  features.drop_column = !sqlite || at_least(3, 35, 0);
  features.rename_column = postgres || (sqlite && at_least(3, 25, 0)) || (mysql && at_least(8, 0, 0)) ||
                           (mariadb && at_least(10, 5, 2));
  features.virtual_generated_columns = !postgres || at_least(18, 0, 0);
  features.set_generated_expression = postgres && at_least(17, 0, 0);
  features.json_functions = !sqlite || at_least(3, 38, 0);
  features.expression_indexes = sqlite || postgres || (mysql && at_least(8, 0, 13));
  return features;
}

}  // namespace bascule
