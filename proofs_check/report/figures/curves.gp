# A colour a noise level, a curve a seed. `levels`: words of numbers; `errors`: whether there are any; `what` the values are;
# `logy`: whether they are positive.
if (logy) { set logscale y; set format y '%g' }
set xlabel 'step'
set ylabel what
at(i) = $1 == word(levels, i) + 0 ? $3 : NaN
stats table skip 2 using 3 nooutput name 'steps'
# Few round numbers, since labels of steps are long.
power = 10 ** floor(log10(steps_max))
set xtics 0, power * (steps_max < 2 * power ? 0.5 : steps_max < 5 * power ? 1 : 2) * (narrow ? 1 : 0.5)
if (errors) {
  plot for [i = 1:words(levels)] table skip 2 using (at(i)):4:5 with yerrorlines linetype i pointtype 7 pointsize 0.3 notitle, \
       for [i = 1:words(levels)] keyentry with lines linetype i title 'noise '.word(levels, i)
} else {
  plot for [i = 1:words(levels)] table skip 2 using (at(i)):4 with lines linetype i notitle, \
       for [i = 1:words(levels)] keyentry with lines linetype i title 'noise '.word(levels, i)
}
