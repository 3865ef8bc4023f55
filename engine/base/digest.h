// Digests of bytes: cryptographic ones and checksums for files, fast ones for rows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bascule {

enum class DigestAlgorithm { sha256, sha1, md5 };

// Lower-case hex. An error (code unsupported) only where the system's crypto policy forbids the algorithm.
Result<std::string> digest_hex(DigestAlgorithm algorithm, std::string_view bytes);

// CRC-32 as zlib, gzip and Java's CRC32 have it. `seed` is the checksum of what came before.
std::uint32_t crc32(std::string_view bytes, std::uint32_t seed = 0);

std::uint64_t xxh3_64(std::string_view bytes);

struct Digest128 {
  std::uint64_t high = 0, low = 0;
  bool operator==(const Digest128&) const = default;
  std::string hex() const;  // 32 digits
};
Digest128 xxh3_128(std::string_view bytes);

// The digest of a multiset of rows: the order in which they are added does not matter, how often one is added
// does. Sums modulo 2^128, so that two equal rows do not cancel each other.
class RowSetDigest {
 public:
  void add(const Digest128& row);
  const Digest128& sum() const { return sum_; }
  bool operator==(const RowSetDigest&) const = default;

 private:
  Digest128 sum_;
};

}  // namespace bascule
