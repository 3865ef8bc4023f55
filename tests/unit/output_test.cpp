#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "shell/render/output.h"
#include "shell/render/text_writer.h"

namespace bascule {
namespace {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "bascule-output-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

ErrorCode code_of(const Result<void>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code;
}

const std::string megabyte(1 << 20, 'x');

TEST_CASE("a file output is private and truncated") {
  const ScratchFolder folder;
  const std::string path = folder.file("out");
  for (const std::string& text : {megabyte, std::string("short\n")}) {
    auto output = Output::file(path);
    REQUIRE(output.ok());
    CHECK(output->write(text).ok());
    CHECK(output->close().ok());
    CHECK(content(path) == text);
  }
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("an output that cannot be opened names its file") {
  const auto output = Output::file("/nonexistent-folder/out");
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().code == ErrorCode::io);
  CHECK(output.error().what == "cannot open \"/nonexistent-folder/out\": No such file or directory");
}

TEST_CASE("a full disk is an error") {
  auto output = Output::file("/dev/full");
  REQUIRE(output.ok());
  SUBCASE("when the buffer is full") {
    CHECK(code_of(output->write(megabyte)) == ErrorCode::io);
  }
  SUBCASE("when it is closed") {
    CHECK(output->write("a").ok());
    CHECK(code_of(output->close()) == ErrorCode::io);
  }
  SUBCASE("through a text writer") {
    TextWriter writer(*output);
    for (int i = 0; i < 10; ++i) writer.put(megabyte);
    CHECK(code_of(writer.finish()) == ErrorCode::io);
  }
}

TEST_CASE("a program gets the text") {
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  const ScratchFolder folder;
  SUBCASE("all of it") {
    auto output = Output::pipe("cat > '" + folder.file("out") + "'");
    REQUIRE(output.ok());
    CHECK(output->write(megabyte).ok());
    CHECK(output->close().ok());
    CHECK(content(folder.file("out")) == megabyte);
  }
  SUBCASE("and its failure is an error") {
    auto output = Output::pipe("cat > /dev/null; exit 3");
    REQUIRE(output.ok());
    CHECK(output->write("a").ok());
    const auto closed = output->close();
    REQUIRE_FALSE(closed.ok());
    CHECK(closed.error().what == "the program \"cat > /dev/null; exit 3\" failed: exit status 3");
  }
  SUBCASE("and its end before the text's is an error") {
    auto output = Output::pipe("exec <&-");
    REQUIRE(output.ok());
    Result<void> written;
    for (int i = 0; i < 100 && written.ok(); ++i) written = output->write(megabyte);
    CHECK(code_of(written) == ErrorCode::io);
  }
  std::signal(SIGPIPE, old_handler);
}

TEST_CASE("a text writer appends to what is there") {
  Output output = Output::memory();
  CHECK(output.write("a").ok());
  std::string expected = "a";
  TextWriter writer(output);
  for (std::size_t i = 0; i < 300; ++i) {
    writer.put(std::string(i, 'b'));
    writer.fill('-', i % 5);
    writer.repeat("─", i % 3);
    expected += std::string(i, 'b') + std::string(i % 5, '-');
    for (std::size_t j = 0; j < i % 3; ++j) expected += "─";
  }
  CHECK(writer.finish().ok());
  CHECK(output.text() == expected);
}

TEST_CASE("a moved output writes once") {
  const ScratchFolder folder;
  const std::string path = folder.file("out");
  {
    auto opened = Output::file(path);
    REQUIRE(opened.ok());
    CHECK(opened->write("text").ok());
    Output moved = std::move(opened).value();
  }
  CHECK(content(path) == "text");
}

}  // namespace
}  // namespace bascule
