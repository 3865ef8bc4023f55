#include "engine/drivers/url.h"

#include <algorithm>
#include <array>

#include "engine/base/text.h"

namespace bascule {
namespace {

struct Scheme {
  std::string_view name;
  Flavor flavor;
};

constexpr std::array<Scheme, 6> schemes{{{"sqlite", Flavor::sqlite},
                                         {"postgres", Flavor::postgres},
                                         {"postgresql", Flavor::postgres},
                                         {"mysql", Flavor::mysql},
                                         {"mariadb", Flavor::mariadb},
                                         {"file", Flavor::sqlite}}};

bool is_scheme_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

// The part before the first colon if it looks like a scheme: more than one letter (a Windows drive is none).
std::string_view scheme_of(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_scheme_character(text[end])) ++end;
  return end > 1 && end < text.size() && text[end] == ':' ? text.substr(0, end) : std::string_view();
}

bool is_known_scheme(std::string_view scheme) {
  return std::any_of(schemes.begin(), schemes.end(),
                     [&](const Scheme& row) { return equals_ignoring_case(row.name, scheme); });
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

bool is_secret_name(std::string_view name) {
  const std::string lower = to_lower(percent_decode(name).value_or(std::string(name)));
  return lower.ends_with("password") || lower == "passwd" || lower == "pwd";
}

// Where in a `scheme://user:password@host...` text the password stands: offset and size. A password may hold
// an unescaped / ? or @: the last @ decides, which hides too much, never too little. Also without the // that
// a typing error may have left out.
std::optional<std::pair<std::size_t, std::size_t>> password_range(std::string_view url) {
  const std::size_t slashes = url.find("://");
  const std::string_view scheme = scheme_of(url);
  std::size_t authority = slashes + 3;
  if (slashes == std::string_view::npos) {
    if (scheme.empty() || !is_known_scheme(scheme) || equals_ignoring_case(scheme, "sqlite"))
      return std::nullopt;
    authority = scheme.size() + 1;
  }
  const std::size_t at = url.rfind('@');
  const std::size_t colon = url.find(':', authority);
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return std::nullopt;
  return std::pair(colon + 1, at - colon - 1);
}

bool is_name_character(char c) {
  return is_scheme_character(c) || c == '_' || c == '%';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// The end of a setting's value: of '...' with \ as escape, or where a blank, & ; , or a quote comes.
std::size_t value_end(std::string_view text, std::size_t start) {
  if (start < text.size() && text[start] == '\'') {
    for (std::size_t i = start + 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '\'') {
        return i + 1;
      }
    }
    return text.size();
  }
  return std::min(text.find_first_of("&;, \t\r\n'\"", start), text.size());
}

// password=... in a URL's options, a libpq connection string or an environment setting.
std::string redact_settings(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t equals = text.find('='); equals != std::string_view::npos;
       equals = text.find('=', equals + 1)) {
    std::size_t name_end = equals;
    while (name_end > copied && is_blank(text[name_end - 1])) --name_end;
    std::size_t name_start = name_end;
    while (name_start > copied && is_name_character(text[name_start - 1])) --name_start;
    if (!is_secret_name(text.substr(name_start, name_end - name_start))) continue;
    std::size_t start = equals + 1;
    while (start < text.size() && is_blank(text[start])) ++start;
    out += text.substr(copied, start - copied);
    copied = value_end(text, start);
    if (copied > start) out += "***";
    equals = std::max(equals, copied - 1);
  }
  return out += text.substr(copied);
}

std::string redact_one(std::string_view url) {
  std::string out(url);
  if (const auto range = password_range(url)) out.replace(range->first, range->second, "***");
  return redact_settings(out);
}

Error malformed(std::string_view text, std::string what, std::string hint) {
  return usage_error("\"" + redact_one(text) + "\": " + std::move(what), std::move(hint));
}

Result<void> parse_authority(ConnectionUrl& url, std::string_view authority) {
  const auto decode = [&](std::string_view part, std::string& out) -> Result<void> {
    auto decoded = percent_decode(part);
    if (!decoded)
      return malformed(url.text, "a % is not followed by two hex digits", "write % itself as %25");
    out = std::move(*decoded);
    return {};
  };
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user_info = authority.substr(0, at);
    const auto colon = user_info.find(':');
    TRY(decode(user_info.substr(0, colon), url.user));
    if (colon != std::string_view::npos) TRY(decode(user_info.substr(colon + 1), url.password));
    authority.remove_prefix(at + 1);
  }
  // PostgreSQL allows several hosts; libpq reads them from the text, here the first is for display.
  authority = authority.substr(0, authority.find(','));
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos)
      return malformed(url.text, "the [ of the host is not closed", "write [::1]");
    url.host = std::string(authority.substr(1, close - 1));
    authority.remove_prefix(close + 1);
    if (authority.starts_with(':')) port = authority.substr(1);
  } else {
    const auto colon = authority.rfind(':');
    TRY(decode(authority.substr(0, colon), url.host));
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
  }
  if (port.empty()) return {};
  const auto number = parse_integer(port);
  if (!number || *number < 1 || *number > 65535)
    return malformed(url.text, "the port must be a number from 1 to 65535",
                     "a password with : / @ or % needs them as %3A %2F %40 %25");
  url.port = static_cast<int>(*number);
  return {};
}

Result<void> parse_server_url(ConnectionUrl& url, std::string_view rest) {
  std::string_view query;
  if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
    query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  const auto slash = rest.find('/');
  TRY(parse_authority(url, rest.substr(0, slash)));
  if (slash != std::string_view::npos) {
    auto database = percent_decode(rest.substr(slash + 1));
    if (!database)
      return malformed(url.text, "a % is not followed by two hex digits", "write % itself as %25");
    url.database = std::move(*database);
  }
  if (query.empty()) return {};
  for (const auto& part : split(query, '&')) {
    const auto equals = part.find('=');
    auto name = percent_decode(std::string_view(part).substr(0, equals));
    auto value = percent_decode(equals == std::string::npos ? std::string_view()
                                                            : std::string_view(part).substr(equals + 1));
    if (!name || !value || name->empty() || equals == std::string::npos)
      return malformed(url.text, "an option is not name=value", "write ?name=value&name=value");
    url.options.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

}  // namespace

std::optional<std::string> ConnectionUrl::option(std::string_view name) const {
  const auto found = std::find_if(options.rbegin(), options.rend(),
                                  [&](const auto& option) { return option.first == name; });
  if (found == options.rend()) return std::nullopt;
  return found->second;
}

std::string ConnectionUrl::redacted() const {
  return redact_one(text);
}

Result<ConnectionUrl> parse_url(std::string_view text) {
  ConnectionUrl url;
  url.text = std::string(text);
  if (text.empty())
    return usage_error("the target of the connection is empty", "give a URL, a profile or a file");
  const std::string_view scheme = scheme_of(text);
  if (!looks_like_url(text)) {
    url.path = std::string(text);
    return url;
  }
  const auto found = std::find_if(schemes.begin(), schemes.end(),
                                  [&](const Scheme& row) { return equals_ignoring_case(row.name, scheme); });
  if (found == schemes.end()) {
    std::vector<std::string> names;
    for (const auto& row : schemes) names.emplace_back(row.name);
    const auto nearest = nearest_name(scheme, names);
    return malformed(
        text, "unknown scheme \"" + std::string(scheme) + "\"",
        nearest ? "did you mean " + *nearest + ":?" : "schemes: sqlite: postgres:// mysql:// mariadb://");
  }
  url.flavor = found->flavor;
  std::string_view rest = text.substr(scheme.size() + 1);
  if (url.flavor == Flavor::sqlite) {
    if (rest.starts_with("//")) rest.remove_prefix(2);  // sqlite:///abs/path and sqlite://rel/path
    if (rest.empty()) return malformed(text, "the file is missing", "write sqlite:PATH or sqlite::memory:");
    url.path = std::string(rest);
    return url;
  }
  if (!rest.starts_with("//"))
    return malformed(text, "// is missing after the scheme",
                     "write " + to_lower(scheme) + "://user@host/database");
  TRY(parse_server_url(url, rest.substr(2)));
  return url;
}

bool looks_like_url(std::string_view text) {
  const std::string_view scheme = scheme_of(text);
  if (scheme.empty()) return false;
  const std::string_view rest = text.substr(scheme.size() + 1);
  return rest.starts_with("//") || (is_known_scheme(scheme) && !equals_ignoring_case(scheme, "file"));
}

std::string redact_urls(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    std::string word(text.substr(at, end - at));
    if (const auto range = password_range(word)) word.replace(range->first, range->second, "***");
    out += word;
    if (end < text.size()) out += text[end];
    at = end + 1;
  }
  return redact_settings(out);
}

}  // namespace bascule
