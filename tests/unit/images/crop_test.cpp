#include <gtest/gtest.h>

#include <images/crop.hpp>
#include <straightedge/error.hpp>

namespace straightedge::images {
namespace {

void expect_box(const std::string& crop, std::int64_t width, std::int64_t height, Box wanted) {
  const std::optional<Box> box = Crop::parse(crop).in(width, height);
  ASSERT_TRUE(box) << crop;
  EXPECT_EQ(box->x, wanted.x) << crop;
  EXPECT_EQ(box->y, wanted.y) << crop;
  EXPECT_EQ(box->width, wanted.width) << crop;
  EXPECT_EQ(box->height, wanted.height) << crop;
}

TEST(Crop, ASideIsACentredSquare) {
  expect_box("148", 178, 218, {15, 35, 148, 148});
  expect_box("178", 178, 218, {0, 20, 178, 178});
  expect_box("3", 6, 3, {1, 0, 3, 3});  // of two middles the one nearer to the corner
}

TEST(Crop, FourNumbersAreABox) {
  expect_box("15,35,148,120", 178, 218, {15, 35, 148, 120});
  expect_box("30,98,148,120", 178, 218, {30, 98, 148, 120});  // up to the last pixel
}

TEST(Crop, WhatDoesNotFitIsNoBox) {
  for (const char* crop : {"179", "31,0,148,148", "0,99,148,120", "178,0,1,1", "0,0,1,219"}) {
    EXPECT_FALSE(Crop::parse(crop).in(178, 218)) << crop;
  }
}

TEST(Crop, OtherTextIsRefused) {
  for (const char* crop : {"", "0", "-3", "65536", "x", "14.8", "1,2", "1,2,3", "1,2,3,4,5", "1,2,3,0", "-1,2,3,4",
                           "1,2,3,4,", " 148", "148 ", "99999999999999999999"}) {
    EXPECT_THROW((void)Crop::parse(crop), InputError) << crop;
  }
}

TEST(Crop, ItsTextIsWhatWasParsed) {
  for (const char* crop : {"148", "15,35,148,120"}) {
    EXPECT_EQ(Crop::parse(crop).text(), crop);
  }
}

}  // namespace
}  // namespace straightedge::images
