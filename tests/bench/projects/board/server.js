// Which trains leave, and when.
const dayjs = require('dayjs');
const express = require('express');
const mustache = require('mustache');

const trains = [
  { to: 'Delft', at: dayjs('2024-05-01T08:05').format('HH:mm') },
  { to: 'Gouda', at: dayjs('2024-05-01T08:05').add(25, 'minute').format('HH:mm') },
];
const app = express();

app.get('/', (_, answer) => {
  answer.type('text/plain').send(mustache.render('{{#trains}}{{at}} {{to}}\n{{/trains}}', { trains }));
});
app.listen(8000);
