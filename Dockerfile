# The badge service: one process, no rights, nothing written but CACHE_DIR.
# The digest is that of the index for all platforms, as docker-library/repo-info recorded it on 19 September 2026;
# `docker buildx build --platform linux/amd64,linux/arm64 .` builds both that are meant.
FROM node:24.21.0-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe AS runtime

# glibc's allocator keeps what libvips frees. A name without a path is found on every platform. The fonts are for letters
# that those of npm packages lack.
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    fonts-noto-cjk fonts-noto-color-emoji libjemalloc2 \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node /var/cache/pypins
ENV LD_PRELOAD=libjemalloc.so.2

# The pinned Node is for machines: here the image's own runs. Each platform takes its own build of sharp.
FROM runtime AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && rm -r node_modules/node-linux-* node_modules/.bin/node

FROM runtime
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY LICENSE package.json ./
COPY bin bin
COPY cache cache
COPY page page
COPY src src
ENV NODE_ENV=production CACHE_DIR=/var/cache/pypins PATH=/app/bin:$PATH
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/app/bin/pypins", "health", "--wait", "2"]
CMD ["/app/bin/pypins", "serve"]
