-- path.lua: the way of a call, whose stages the heads of chapters light up.
--
--   for _, stage in ipairs(dofile(folder .. '/path.lua')) do ... end
--
-- A stage: the name that a heading's "stage" has, in Chinese, in English. Where
-- there is no Chinese the name is code. "stage" may hold several, with commas.

return {
  { 'program', '用户程序', 'user program' },
  { 'trap', '陷入', 'trap' },
  { 'do_fork' },
  { 'copy_process' },
  { 'queue', '运行队列', 'run queue' },
  { 'switch', '切换', 'switch' },
  { 'returns', '两次返回', 'two returns' },
}
