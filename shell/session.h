// What a run of the shell holds: the connections, the variables, where output goes and how it looks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/live.h"
#include "shell/config.h"
#include "shell/render/output.h"
#include "shell/render/renderer.h"
#include "shell/variables.h"

namespace bascule {

struct Member {                          // a connection of the session
  std::shared_ptr<LiveConnection> live;  // shared with running scripts
  std::string env;                       // of its profile
  std::string url;                       // redacted
  std::optional<Schema> schema;          // as of `schema_version`
  std::size_t schema_version = 0;
};

struct OpenRequest {
  std::string name;    // "" derives one from the target
  std::string target;  // a URL, a profile or a file
  bool read_only = false;
  bool create = false;
};

// "NAME=URL" or "URL". An = inside a URL's query or a path comes after characters that no name has.
OpenRequest split_target(std::string_view text);

// By name; the error (usage) names the nearest.
Result<Format> parse_format(std::string_view name);
std::string_view format_name(Format format);
bool is_for_people(Format format);

enum class ExpandedMode { off, on, automatic };

class Session {
 public:
  Session();

  Config config;
  Variables variables;
  Format format = Format::aligned;
  std::optional<std::string> null_text;
  std::string insert_table = "table_name";
  ExpandedMode expanded = ExpandedMode::off;
  bool timing = false;
  bool quiet = false;        // no narration
  bool json = false;         // commands and errors as JSON
  bool color = false;        // of standard error and human formats on a terminal
  bool interactive = false;  // a person types: the prompt, questions and confirmations
  bool read_only = false;    // for every connection that is opened

  // --- connections ---
  // Opens in addition; it becomes current. The name must be new.
  Result<Member*> open(const OpenRequest& request);
  Result<void> close(std::string_view name);
  Result<void> use(std::string_view name);
  // By name, "" for the current one. Errors name the nearest.
  Result<Member*> find(std::string_view name);
  Result<Member*> current() { return find(""); }
  Member* current_or_null() { return current_; }
  const std::vector<std::unique_ptr<Member>>& members() const { return members_; }
  // The catalog as it is now.
  Result<const Schema*> schema(Member& member);
  // As it was read last, unless a statement of this shell may have changed it: for completion.
  Result<const Schema*> known_schema(Member& member);

  // --- talking ---
  // Data. `\o` replaces it; see reset_output.
  Output& output() { return *output_; }
  Result<void> redirect(std::optional<Output> output);  // nothing: back to standard output
  bool writes_to_terminal() const { return output_ == &standard_ && standard_.is_terminal(); }
  // Sends data elsewhere for a while; returns where it went before.
  Output* capture(Output* output) { return std::exchange(output_, output); }
  // Narration on standard error; silent with -q.
  void say(std::string_view text) const;
  // Errors and warnings, never silent: "error: what", "  hint: next".
  void complain(const Error& error) const;
  void warn(std::string_view text) const;
  // A question to the person; nothing if there is none.
  std::function<std::optional<std::string>(const std::string& question)> ask;

  RenderOptions render_options() const;

 private:
  Result<ConnectOptions> connect_options(const OpenRequest& request, std::string& env) const;
  std::string free_name(const ConnectionUrl& url) const;

  std::vector<std::unique_ptr<Member>> members_;
  Member* current_ = nullptr;
  Output standard_;
  std::optional<Output> redirected_;
  Output* output_;
};

// The error as shell.md shows it, with the place in the statement, ending in a line feed.
std::string error_text(const Error& error);
// {"code","what","hint",...} on one line.
std::string error_json(const Error& error);

}  // namespace bascule
