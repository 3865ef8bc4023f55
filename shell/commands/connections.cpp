// \connect \use \conns \disconnect \reconnect \rollback \ping
#include <fmt/format.h>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "shell/address.h"
#include "shell/command.h"
#include "shell/interrupt.h"
#include "shell/session.h"

namespace bascule {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view group = "Connections";

std::string_view plain_name(std::string_view word) {
  if (word.starts_with('@')) word.remove_prefix(1);
  return word;
}

// The object of the contract: name engine flavor version url database user env read_only transaction.
Json describe(const Member& member) {
  const ServerInfo& server = member.live->server();
  return Json{{"name", member.live->name()},
              {"engine", server.dialect->engine_name},
              {"flavor", server.dialect->flavor_name},
              {"version", server.version},
              {"url", member.url},
              {"database", server.database},
              {"user", server.user},
              {"env", member.env},
              {"read_only", server.read_only},
              {"transaction", transaction_state_name(member.live->transaction())}};
}

std::string connected_text(const Member& member) {
  const ServerInfo& server = member.live->server();
  std::string text = fmt::format("connected \"{}\" to {} {}", member.live->name(),
                                 server.dialect->display_name, server.version);
  if (server.read_only) text += ", read only";
  if (!server.tls.empty()) text += ", " + server.tls;
  return text;
}

Result<Outcome> connect(CommandContext& context, const Arguments& arguments) {
  if (arguments.words.size() != 1) return usage_of("connect", "needs one target");
  OpenRequest request = split_target(arguments.words[0].text);
  request.read_only = arguments.has("--read-only");
  request.create = arguments.has("--create");
  TRY(Member * member, context.session.open(request));
  Outcome outcome;
  outcome.messages.push_back(connected_text(*member));
  outcome.json = describe(*member).dump();
  return outcome;
}

Result<Outcome> use(CommandContext& context, const Arguments& arguments) {
  if (arguments.words.size() != 1) return usage_of("use", "needs one connection");
  TRY(context.session.use(plain_name(arguments.word(0))));
  TRY(Member * member, context.session.current());
  Outcome outcome;
  outcome.json = describe(*member).dump();
  return outcome;
}

Result<Outcome> conns(CommandContext& context, const Arguments& arguments) {
  if (!arguments.words.empty()) return usage_of("conns", "takes no words");
  static constexpr std::string_view columns[] = {
      "name",     "engine", "flavor", "version",        "url",
      "database", "user",   "env",    "read_only:bool", "transaction"};
  std::vector<std::vector<Value>> rows;
  Json document = Json::array();
  for (const auto& member : context.session.members()) {
    document.push_back(describe(*member));
    std::vector<Value> row;
    for (const auto& item : document.back().items())
      row.push_back(item.value().is_boolean() ? Value(item.value().get<bool>())
                                              : Value(item.value().get<std::string>()));
    const bool is_current = member.get() == context.session.current_or_null();
    if (is_current && is_for_people(context.session.format)) row[0] = Value(member->live->name() + " *");
    rows.push_back(std::move(row));
  }
  Outcome outcome;
  outcome.rows = make_table(columns, std::move(rows));
  outcome.json = document.dump();
  return outcome;
}

Result<Outcome> disconnect(CommandContext& context, const Arguments& arguments) {
  if (arguments.words.size() != 1) return usage_of("disconnect", "needs one connection");
  const std::string name(plain_name(arguments.word(0)));
  TRY(context.session.close(name));
  Outcome outcome;
  outcome.messages.push_back("disconnected \"" + name + "\"");
  outcome.json = Json{{"name", name}}.dump();
  return outcome;
}

// \reconnect and \rollback differ by one call.
Result<Outcome> on_member(CommandContext& context, const Arguments& arguments, std::string_view command,
                          Result<void> (LiveConnection::*action)()) {
  if (arguments.words.size() > 1) return usage_of(command, "takes at most one connection");
  TRY(Member * member, context.session.find(plain_name(arguments.word(0))));
  TRY((*member->live.*action)());
  Outcome outcome;
  outcome.json = describe(*member).dump();
  return outcome;
}

Result<Outcome> reconnect(CommandContext& context, const Arguments& arguments) {
  return on_member(context, arguments, "reconnect", &LiveConnection::reconnect);
}

Result<Outcome> rollback(CommandContext& context, const Arguments& arguments) {
  return on_member(context, arguments, "rollback", &LiveConnection::rollback);
}

struct Pong {
  Json object;
  bool answers = false;
};

Pong ping_one(Member& member) {
  const interrupt::Guard guard(*member.live);
  const ServerInfo& server = member.live->server();
  Pong pong;
  pong.object = Json{{"name", member.live->name()}, {"engine", server.dialect->engine_name},
                     {"version", server.version},   {"answers", false},
                     {"latency_ms", nullptr},       {"server_time", nullptr},
                     {"uptime_seconds", nullptr},   {"tls", server.tls},
                     {"transaction", nullptr},      {"error", nullptr}};
  const auto answer = [&]() -> Result<ServerStatus> {
    TRY(Connection * connection, member.live->ready());
    auto status = connection->status();
    member.live->settle(status.ok() ? nullptr : &status.error());
    return status;
  }();
  pong.answers = answer.ok();
  pong.object["answers"] = answer.ok();
  pong.object["transaction"] = transaction_state_name(member.live->transaction());
  if (!answer.ok()) {
    pong.object["error"] = answer.error().text();
    return pong;
  }
  pong.object["latency_ms"] = static_cast<double>(answer->latency.count()) / 1000;
  pong.object["server_time"] = answer->server_time;
  if (answer->uptime_seconds) pong.object["uptime_seconds"] = *answer->uptime_seconds;
  return pong;
}

Value to_cell(const Json& json) {
  if (json.is_null()) return value::Null{};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

Result<std::vector<Member*>> members_to_ping(Session& session, const Arguments& arguments) {
  std::vector<Member*> members;
  bool all = arguments.words.empty();
  for (const auto& word : arguments.words) {
    TRY(const Address address, parse_address(word.text.starts_with('@') ? word.text : "@" + word.text));
    for (const auto& name : address.connections) {
      if (name == "*") {
        all = true;
        continue;
      }
      TRY(members.emplace_back(), session.find(name));
    }
  }
  if (all) {
    members.clear();
    for (const auto& member : session.members()) members.push_back(member.get());
  }
  if (members.empty()) {
    TRY(members.emplace_back(), session.current());
  }
  return members;
}

Result<Outcome> ping(CommandContext& context, const Arguments& arguments) {
  TRY(const std::vector<Member*> members, members_to_ping(context.session, arguments));
  std::vector<Pong> pongs(members.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < members.size(); ++i)
      threads.emplace_back([&, i] { pongs[i] = ping_one(*members[i]); });
  }
  static constexpr std::string_view columns[] = {"name",
                                                 "engine",
                                                 "version",
                                                 "answers:bool",
                                                 "latency_ms:real",
                                                 "server_time",
                                                 "uptime_seconds:int",
                                                 "tls",
                                                 "transaction",
                                                 "error"};
  Outcome outcome;
  Json document = Json::array();
  std::vector<std::vector<Value>> rows;
  for (const auto& pong : pongs) {
    if (!pong.answers) outcome.exit = ExitCode::connection;
    std::vector<Value> row;
    for (const auto& item : pong.object.items()) row.push_back(to_cell(item.value()));
    rows.push_back(std::move(row));
    document.push_back(pong.object);
  }
  outcome.rows = make_table(columns, std::move(rows));
  outcome.json = document.dump();
  return outcome;
}

}  // namespace

std::vector<CommandRow> connection_commands() {
  static constexpr OptionRow read_only{"--read-only", "", "", "the server refuses writes"};
  static constexpr OptionRow create{"--create", "", "", "a SQLite file may be new"};
  return {
      {"connect",
       {"c", "open"},
       group,
       "[NAME=]URL|PROFILE|FILE [--read-only] [--create]",
       "open a connection in addition; it becomes current",
       {read_only, create},
       Effects::none,
       ArgumentStyle::words,
       connect},
      {"use", {}, group, "NAME", "make a connection current", {}, Effects::none, ArgumentStyle::words, use},
      {"conns",
       {"conninfo", "databases"},
       group,
       "",
       "list the open connections",
       {},
       Effects::none,
       ArgumentStyle::words,
       conns},
      {"disconnect",
       {},
       group,
       "NAME",
       "close a connection",
       {},
       Effects::none,
       ArgumentStyle::words,
       disconnect},
      {"reconnect",
       {},
       group,
       "[NAME]",
       "connect again; clears a tainted connection",
       {},
       Effects::none,
       ArgumentStyle::words,
       reconnect},
      {"rollback",
       {},
       group,
       "[NAME]",
       "roll back; on a tainted connection, reconnect",
       {},
       Effects::write,
       ArgumentStyle::words,
       rollback},
      {"ping",
       {},
       group,
       "[@A,...]",
       "version, latency, server time, uptime, TLS, open transaction",
       {},
       Effects::read,
       ArgumentStyle::words,
       ping},
  };
}

}  // namespace bascule
