#include "shell/commands/sides.h"

#include "engine/base/files.h"
#include "engine/base/text.h"
#include "shell/address.h"

namespace bascule {

Result<Side> parse_side(Session& session, const Word& word, std::string_view command) {
  if (word.quoted || !looks_like_address(word.text))
    return usage_of(command, "\"" + word.text + "\" is no @connection");
  TRY(const Address address, parse_address(word.text));
  if (address.connections.size() != 1 || address.connections[0] == "*" || address.path.size() > 2)
    return usage_of(command, "\"" + word.text + "\" must name one connection, @A or @A.TABLE");
  Side side;
  side.text = word.text;
  TRY(side.member, session.find(address.connections[0]));
  if (!address.path.empty()) side.address.table = address.path.back();
  if (address.path.size() == 2) side.address.schema = address.path.front();
  return side;
}

Result<TwoSides> parse_sides(Session& session, const Arguments& arguments, std::string_view command,
                             bool with_to) {
  const std::size_t second = with_to ? 2 : 1;
  if (arguments.words.size() <= second || (with_to && arguments.word(1) != "to"))
    return usage_of(command, "needs two connections");
  TwoSides sides;
  TRY(sides.source, parse_side(session, arguments.words[0], command));
  TRY(sides.target, parse_side(session, arguments.words[second], command));
  for (std::size_t i = second + 1; i < arguments.words.size(); ++i)
    sides.tables.push_back(arguments.words[i].text);
  if (sides.source.member == sides.target.member && sides.source.text == sides.target.text)
    return usage_of(command, "both sides are " + sides.source.text);
  return sides;
}

Result<JobConnections> JobConnections::open(const TwoSides& sides) {
  if (sides.source.member == sides.target.member)
    return unsupported_error("\"" + sides.source.member->live->name() + "\" cannot be both sides of a job",
                             "open it a second time under another name: \\connect NAME=URL");
  JobConnections job;
  job.source_live_ = sides.source.member->live.get();
  job.target_live_ = sides.target.member->live.get();
  TRY(job.source, job.source_live_->ready());
  TRY(job.target, job.target_live_->ready());
  job.guards_.push_back(std::make_unique<interrupt::Guard>(*job.source_live_));
  job.guards_.push_back(std::make_unique<interrupt::Guard>(*job.target_live_));
  return job;
}

Result<JobConnections> JobConnections::open_target(Member& member) {
  JobConnections job;
  job.target_live_ = member.live.get();
  TRY(job.target, job.target_live_->ready());
  job.guards_.push_back(std::make_unique<interrupt::Guard>(*job.target_live_));
  return job;
}

Result<TypeRules> type_rules(const Session& session, const Arguments& arguments) {
  TypeRules rules;
  for (const auto& text : arguments.values("--map")) {
    TRY(auto rule, parse_type_rule(text));
    rules.push_back(std::move(rule));
  }
  const auto path = session.variables.get("TYPE_MAP");
  if (!path || path->empty()) return rules;
  TRY(const std::string text, read_file(std::string(*path)));
  auto from_file = parse_type_rules(text);
  if (!from_file.ok()) return std::move(from_file).error().in(std::string(*path));
  rules.insert(rules.end(), from_file->begin(), from_file->end());
  return rules;
}

std::string notice_text(const Notice& notice) {
  return "notice: " + (notice.object.empty() ? "" : notice.object + ": ") + notice.text;
}

void add_notices(Outcome& outcome, const std::vector<Notice>& notices) {
  for (const auto& notice : notices) outcome.messages.push_back(notice_text(notice));
}

std::string steps_text(const std::vector<Step>& steps) {
  std::string text;
  for (const auto& step : steps) {
    // A name in it may hold a line feed, which would end the comment.
    if (!step.comment.empty())
      text += "-- " + replace_all(replace_all(step.comment, "\r", " "), "\n", " ") + "\n";
    if (step.loses_data) text += "-- loses data\n";
    text += step.sql + (trim(step.sql).ends_with(';') ? "\n" : ";\n");
  }
  return text;
}

}  // namespace bascule
