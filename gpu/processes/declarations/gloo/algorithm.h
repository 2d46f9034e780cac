// LibTorch's wheel has Gloo inside, and not its headers. These declare what c10d's own header names of it; nothing here
// is made or called but through c10d.
#pragma once
