// Explains resources of a cloud with the Node package, and prints the stories.
//
// explain.cjs WHAT…: uses the cloud of the environment, and prints one JSON document a story.
// CommonJS, so that NODE_PATH finds the installed package.

const { openstack } = require("reqtrail");

async function main() {
  const connection = await openstack.Cloud.fromEnv().connect();
  for (const what of process.argv.slice(2)) {
    const story = await connection.explain(what, { timeoutMs: 120_000 });
    console.log(JSON.stringify({ story, text: story.report(), calls: story.trails.length }));
  }
}

void main();
