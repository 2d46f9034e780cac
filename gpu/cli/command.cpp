#include <command.hpp>

#include <c10/util/Exception.h>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <straightedge/error.hpp>
#include <string>

namespace straightedge::train {
namespace {

// One line, whatever line breaks a name has.
int fail(std::string message, int code) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::fprintf(stderr, "straightedge-train: %s\n", message.c_str());
  return code;
}

}  // namespace

int guarded(const std::function<int()>& command) {
  try {
    return command();
  } catch (const InputError& error) {
    return fail(error.what(), 2);
  } catch (const std::filesystem::filesystem_error& error) {
    const bool is_full = error.code() == std::errc::no_space_on_device;
    return fail(error.path1().string() + ": " + error.code().message(), is_full ? 4 : 2);
  } catch (const MachineError& error) {
    return fail(error.what(), 4);
  } catch (const Error& error) {
    return fail(error.what(), 1);
  } catch (const c10::Error& error) {
    return fail(error.what_without_backtrace(), 4);
  } catch (const std::exception& error) {
    return fail(error.what(), 4);
  }
}

}  // namespace straightedge::train
