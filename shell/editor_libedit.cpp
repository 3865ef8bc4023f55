#include <histedit.h>
#include <signal.h>
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>

#include "shell/editor.h"
#include "shell/interrupt.h"

namespace bascule {
namespace {

std::string common_prefix(const std::vector<std::string>& words) {
  std::string prefix = words.front();
  for (const auto& word : words) {
    std::size_t same = 0;
    while (same < prefix.size() && same < word.size() && prefix[same] == word[same]) ++same;
    prefix.resize(same);
  }
  return prefix;
}

class LibeditEditor final : public Editor {
 public:
  LibeditEditor() {
    // libedit asks the locale for the encoding; only that category, so that numbers stay as they are.
    std::setlocale(LC_CTYPE, "");
    edit_ = el_init("bascule", stdin, stdout, stderr);
    history_ = history_init();
    HistEvent event;
    history(history_, &event, H_SETSIZE, 10000);
    history(history_, &event, H_SETUNIQUE, 1);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT_ESC, &LibeditEditor::prompt_of, '\1');
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_HIST, ::history, history_);
    el_set(edit_, EL_SIGNAL, 0);
    el_set(edit_, EL_GETCFN, &LibeditEditor::read_character);
    el_set(edit_, EL_ADDFN, "bascule-complete", "complete the word", &LibeditEditor::complete_word);
    el_set(edit_, EL_BIND, "^I", "bascule-complete", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_source(edit_, nullptr);  // the user's ~/.editrc
  }
  ~LibeditEditor() override {
    el_end(edit_);
    history_end(history_);
  }

  Event read_line(const std::string& prompt, std::string& out) override {
    prompt_ = prompt;
    interrupt::clear();
    int count = 0;
    const char* text = el_gets(edit_, &count);
    if (interrupt::is_pending()) {
      interrupt::clear();
      el_reset(edit_);
      std::fputs("^C\n", stdout);
      std::fflush(stdout);
      return Event::interrupted;
    }
    if (text == nullptr || count <= 0) {
      std::fputc('\n', stdout);
      std::fflush(stdout);
      return Event::end;
    }
    out.assign(text, static_cast<std::size_t>(count));
    if (out.ends_with('\n')) out.pop_back();
    return Event::line;
  }

  void add_history(const std::string& entry) override {
    HistEvent event;
    history(history_, &event, H_ENTER, entry.c_str());
  }

  void set_completer(Completer completer) override { completer_ = std::move(completer); }

 private:
  static LibeditEditor& self_of(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return *static_cast<LibeditEditor*>(self);
  }

  static char* prompt_of(EditLine* edit) { return self_of(edit).prompt_.data(); }

  // Waits for a byte; false after Ctrl-C, also one that came just before (while a completion asked the
  // server).
  static bool wait_for_input() {
    sigset_t interrupts, before;
    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGINT);
    // Between the look at the flag and the wait no signal may slip through: pselect lets it in.
    pthread_sigmask(SIG_BLOCK, &interrupts, &before);
    bool is_ready = false;
    while (!is_ready && !interrupt::is_pending()) {
      fd_set input;
      FD_ZERO(&input);
      FD_SET(STDIN_FILENO, &input);
      is_ready = ::pselect(STDIN_FILENO + 1, &input, nullptr, nullptr, nullptr, &before) > 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return is_ready;
  }

  // Returns at a signal, which libedit's own reader would sleep through.
  static int read_character(EditLine* edit, wchar_t* out) {
    std::mbstate_t state{};
    for (;;) {
      if (!wait_for_input()) return 0;
      char byte = 0;
      const auto got = ::read(STDIN_FILENO, &byte, 1);
      if (got == 0) return 0;
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return -1;
      // A Ctrl-D that was typed while a statement ran, when the terminal was not ours, comes as a NUL.
      const LineInfo* line = el_line(edit);
      if (byte == '\0' && line->buffer == line->lastchar) return 0;
      const auto size = std::mbrtowc(out, &byte, 1, &state);
      if (size == static_cast<std::size_t>(-2)) continue;  // more bytes of the character follow
      if (size == static_cast<std::size_t>(-1)) {
        state = {};
        continue;  // a damaged byte is dropped
      }
      return 1;
    }
  }

  static unsigned char complete_word(EditLine* edit, int) {
    LibeditEditor& self = self_of(edit);
    if (!self.completer_) return CC_ERROR;
    const LineInfo* line = el_line(edit);
    const std::string_view text(line->buffer, static_cast<std::size_t>(line->cursor - line->buffer));
    const Completions found = self.completer_(text);
    if (found.candidates.empty()) return CC_ERROR;
    const std::string prefix = common_prefix(found.candidates);
    const std::string typed(text.substr(found.start));
    const bool is_only = found.candidates.size() == 1;
    if (prefix.size() > typed.size() || is_only) {
      el_deletestr(edit, static_cast<int>(typed.size()));
      el_insertstr(edit, (prefix + (is_only ? " " : "")).c_str());
      return CC_REFRESH;
    }
    std::fputc('\n', stdout);
    for (const auto& candidate : found.candidates) std::fprintf(stdout, "%s  ", candidate.c_str());
    std::fputc('\n', stdout);
    std::fflush(stdout);
    return CC_REDISPLAY;
  }

  EditLine* edit_;
  History* history_;
  std::string prompt_;
  Completer completer_;
};

}  // namespace

std::unique_ptr<Editor> make_libedit_editor() {
  return std::make_unique<LibeditEditor>();
}

}  // namespace bascule
