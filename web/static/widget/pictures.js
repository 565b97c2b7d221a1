// Pictures in the conversation: drawn on a canvas, which needs no permission from a page's content security policy.

const MOST_BYTES = 10 * 1024 * 1024;
const WIDEST = 480; // twice what it is shown at, for sharp screens

// What can be said before anything is sent; the server judges by the content.
function pictureRefusal(file) {
  if (file.size > MOST_BYTES) return say("picture_too_big");
  return file.type && !file.type.startsWith("image/") ? say("not_a_picture") : null;
}

async function drawPicture(canvas, load) {
  const image = await createImageBitmap(await load());
  const scale = Math.min(1, WIDEST / image.width);
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
}

// item.load() gives the picture's bytes; where they can't be had or shown, the message's words stand there.
function pictureBubble(item) {
  const { width = WIDEST, height = WIDEST } = item.card || {};
  const canvas = make("canvas", { width, height, role: "img", "aria-label": say("picture") });
  const bubble = make("div", { class: "bubble picture" }, canvas);
  drawPicture(canvas, item.load).catch(() => bubble.replaceChildren(item.text));
  return bubble;
}
