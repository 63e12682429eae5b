// Versions, history and single results: forms and links, and the keys that lead elsewhere.
import {undoWith} from "./undoing.js";
import {bind} from "./keys.js";
import {pump} from "./sending.js";

const reload = () => location.reload();
undoWith((event, how) => ({id: event.id, how, back: () => {}, again: () => {}}), reload);
bind({});
pump();
