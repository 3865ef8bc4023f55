// Where the lines of a person come from: a line editor with history and completion.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bascule {

struct Completions {
  std::size_t start = 0;                // of the word to replace, in bytes of the line
  std::vector<std::string> candidates;  // whole words, sorted
};

class Editor {
 public:
  enum class Event { line, interrupted, end };
  using Completer = std::function<Completions(std::string_view line_up_to_cursor)>;

  virtual ~Editor() = default;
  // On `line`, `out` is the line without its line end.
  virtual Event read_line(const std::string& prompt, std::string& out) = 0;
  virtual void add_history(const std::string& entry) = 0;
  virtual void set_completer(Completer completer) = 0;
};

// libedit on the terminal. BSD licence; readline's GPL is out.
std::unique_ptr<Editor> make_libedit_editor();

}  // namespace bascule
