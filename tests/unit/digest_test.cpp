#include "engine/base/digest.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace bascule {
namespace {

TEST_CASE("digests agree with the published vectors") {
  struct Row {
    std::string name;
    DigestAlgorithm algorithm;
    std::string text, hex;
  };
  for (const auto& row : std::vector<Row>{
           {"sha256 of nothing", DigestAlgorithm::sha256, "",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
           {"sha256 of abc", DigestAlgorithm::sha256, "abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
           {"sha1 of abc", DigestAlgorithm::sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
           {"md5 of nothing", DigestAlgorithm::md5, "", "d41d8cd98f00b204e9800998ecf8427e"},
           {"md5 of abc", DigestAlgorithm::md5, "abc", "900150983cd24fb0d6963f7d28e17f72"}}) {
    CAPTURE(row.name);
    const auto hex = digest_hex(row.algorithm, row.text);
    REQUIRE(hex.ok());
    CHECK(*hex == row.hex);
  }
  CHECK(crc32("") == 0);
  CHECK(crc32("123456789") == 0xCBF43926u);
  CHECK(crc32("6789", crc32("12345")) == 0xCBF43926u);
  CHECK(xxh3_64("") == 0x2D06800538D394C2ull);
  CHECK(xxh3_128("").hex() == "99aa06d3014798d86001c324468d497f");
}

TEST_CASE("the digest of a set of rows knows how often, not in which order") {
  const auto digest_of = [](const std::vector<std::string>& rows) {
    RowSetDigest digest;
    for (const auto& row : rows) digest.add(xxh3_128(row));
    return digest;
  };
  CHECK(digest_of({"a", "b", "c"}) == digest_of({"c", "a", "b"}));
  CHECK_FALSE(digest_of({"a", "a"}) == digest_of({"b", "b"}));
  CHECK_FALSE(digest_of({"a", "a"}) == digest_of({}));
  CHECK_FALSE(digest_of({"a"}) == digest_of({"a", "a"}));
  RowSetDigest carried;
  carried.add({0, ~0ull});
  carried.add({0, 1});
  CHECK(carried.sum() == Digest128{1, 0});
}

}  // namespace
}  // namespace bascule
