# `curves`: words, a name for each of `count` curves; `key` names the axis.
if (logx) { set logscale x; set format x '%g' }
if (logy) { set logscale y; set format y '%g' }
set xlabel key noenhanced
if (count == 1) { set key off }
if (narrow) { set key vertical maxcols 1 }
plot for [i = 1:count] table skip 2 using ($1 == i ? $2 : NaN):3 with lines linetype i title word(curves, i) noenhanced
