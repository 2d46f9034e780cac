// The exceptions of straightedge. Each is thrown where the input enters, and becomes one line on stderr and an exit
// code.
#pragma once

#include <stdexcept>
#include <string>

namespace straightedge {

/// Base of every error that the project throws on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The input is wrong: what, where, and what would be right. Exit code 2.
class InputError : public Error {
 public:
  using Error::Error;
};

/// A quantity was asked for where it does not exist (a singular time, an infinite integral).
class DoesNotExist : public Error {
 public:
  using Error::Error;
};

/// The machine failed: disk, memory, device. Exit code 4.
class MachineError : public Error {
 public:
  using Error::Error;
};

}  // namespace straightedge
