#include "engine/base/files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace bascule {
namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "bascule-files-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

TEST_CASE("a file is written whole and read back") {
  const Folder folder;
  for (const std::string& text : {std::string(), std::string("a\0b\xff", 4), std::string(1 << 20, 'x')}) {
    REQUIRE(write_file_atomically(folder.file("a"), text).ok());
    const auto read = read_file(folder.file("a"));
    REQUIRE(read.ok());
    CHECK(*read == text);
  }
  CHECK(mode_of(folder.file("a")) == 0600);
  REQUIRE(write_file_atomically(folder.file("a"), "new", 0644).ok());
  CHECK(mode_of(folder.file("a")) == 0644);
  CHECK(*list_folder(folder.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("a write that fails leaves the old file and no other") {
  const Folder folder;
  std::filesystem::create_directory(folder.file("taken"));
  REQUIRE(write_file_atomically(folder.file("taken/inside"), "kept").ok());
  const auto written = write_file_atomically(folder.file("taken"), "new");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().code == ErrorCode::io);
  CHECK(written.error().what.find(folder.file("taken")) != std::string::npos);
  CHECK(*list_folder(folder.path()) == std::vector<std::string>{"taken"});
  CHECK(*read_file(folder.file("taken/inside")) == "kept");
}

TEST_CASE("what is not there is an error that names it") {
  const Folder folder;
  CHECK_FALSE(file_exists(folder.file("a")));
  CHECK(file_exists(folder.path()));
  for (const auto& what :
       {read_file(folder.file("a")).error().what, list_folder(folder.file("a")).error().what,
        write_file_atomically(folder.file("a/b"), "").error().what}) {
    CAPTURE(what);
    CHECK(what.find(folder.file("a")) != std::string::npos);
    CHECK(what.find("No such file") != std::string::npos);
  }
  CHECK_FALSE(read_file(folder.path()).ok());
}

TEST_CASE("a folder is listed in the order of bytes") {
  const Folder folder;
  for (const std::string name : {"b", "a10", "a9", "B", "\xC3\xA9"})
    REQUIRE(write_file_atomically(folder.file(name), "").ok());
  CHECK(*list_folder(folder.path()) == std::vector<std::string>{"B", "a10", "a9", "b", "\xC3\xA9"});
}

}  // namespace
}  // namespace bascule
