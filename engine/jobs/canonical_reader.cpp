#include "engine/jobs/canonical_reader.h"

#include <cstring>
#include <utility>

namespace bascule {
namespace {

constexpr std::size_t length_size = sizeof(std::uint64_t);

}  // namespace

CanonicalReader::CanonicalReader(RowSource& source, const WalkPlan& plan, WalkSide side)
    : plan_(plan), side_(side), prefetch_(source) {}

std::string_view CanonicalReader::Row::cell(std::size_t column) const {
  const std::size_t start = (column == 0 ? 0 : ends[column - 1]) + length_size;
  return std::string_view(bytes).substr(start, ends[column] - start);
}

Result<bool> CanonicalReader::advance() {
  if (batch_ != nullptr) ++at_;
  while (batch_ == nullptr || at_ >= batch_->rows()) {
    TRY(batch_, prefetch_.next());
    at_ = 0;
    if (batch_ == nullptr) {
      at_end_ = true;
      return false;
    }
  }
  ++rows_;
  encode();
  return true;
}

void CanonicalReader::encode() {
  std::swap(current_, previous_);
  current_.bytes.clear();
  current_.ends.clear();
  for (std::size_t column = 0; column < plan_.columns.size(); ++column) {
    const std::size_t start = current_.bytes.size();
    current_.bytes.append(length_size, '\0');
    append_canonical(current_.bytes, batch_->cell(at_, column), plan_.columns[column].form);
    const std::uint64_t length = current_.bytes.size() - start - length_size;
    std::memcpy(current_.bytes.data() + start, &length, length_size);
    current_.ends.push_back(current_.bytes.size());
  }
}

Digest128 CanonicalReader::key_digest() const {
  std::string key;
  for (const std::size_t column : plan_.key) {
    const std::uint64_t length = current_.cell(column).size();
    key.append(reinterpret_cast<const char*>(&length), length_size);
    key += current_.cell(column);
  }
  return xxh3_128(key);
}

int CanonicalReader::compare_keys(const Row& a, const Row& b) const {
  for (const std::size_t column : plan_.key)
    if (const int order = compare_canonical(a.cell(column), b.cell(column), plan_.columns[column].form);
        order != 0)
      return order;
  return 0;
}

bool CanonicalReader::ascends() const {
  return rows_ <= 1 || compare_keys(previous_, current_) < 0;
}

int CanonicalReader::compare_key(const CanonicalReader& other) const {
  return compare_keys(current_, other.current_);
}

Value CanonicalReader::value(std::size_t column) const {
  const ComparedColumn& compared = plan_.columns[column];
  return to_value(batch_->cell(at_, column),
                  side_ == WalkSide::source ? compared.source_type : compared.target_type);
}

std::vector<std::pair<std::string, Value>> CanonicalReader::identity() const {
  std::vector<std::pair<std::string, Value>> out;
  for (const std::size_t column : plan_.key) out.emplace_back(plan_.columns[column].name, value(column));
  if (!plan_.key.empty()) return out;
  for (std::size_t column = 0; column < plan_.columns.size(); ++column)
    out.emplace_back(plan_.columns[column].name, value(column));
  return out;
}

}  // namespace bascule
